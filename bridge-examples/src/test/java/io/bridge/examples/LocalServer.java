package io.bridge.examples;

import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** The JDK's HTTP server with one handler, and the JDK's client for it. */
final class LocalServer implements AutoCloseable {

  private final HttpServer server;
  private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
  private final HttpClient client = HttpClient.newHttpClient();

  private LocalServer(HttpServer server) {
    this.server = server;
  }

  static LocalServer start(HttpHandler handler) throws IOException {
    LocalServer started =
        new LocalServer(
            HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    started.server.setExecutor(started.handlers);
    started.server.createContext("/", handler);
    started.server.start();
    return started;
  }

  HttpClient client() {
    return client;
  }

  HttpRequest.Builder request() {
    InetSocketAddress address = server.getAddress();
    return HttpRequest.newBuilder(
        URI.create("http://" + address.getHostString() + ":" + address.getPort() + "/"));
  }

  @Override
  public void close() {
    client.shutdownNow();
    server.stop(0);
    handlers.shutdownNow();
  }
}
