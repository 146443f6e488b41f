package io.bridge.examples;

import static io.bridge.reactor.ReactorBridge.awaitSingle;

import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Version;
import java.util.function.Consumer;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRoutes;

/** The HTTP set-up that the demo's servers and clients share. */
final class Http {

  private static final String LOOPBACK = InetAddress.getLoopbackAddress().getHostAddress();

  private Http() {}

  /** Starts a reactor-netty server on a free port of the loopback interface. */
  static DisposableServer server(Consumer<HttpServerRoutes> routes) {
    return awaitSingle(HttpServer.create().host(LOOPBACK).port(0).route(routes).bind());
  }

  /** Makes a JDK client; cancelling one of its futures closes that request's connection. */
  static HttpClient client() {
    return HttpClient.newBuilder().version(Version.HTTP_1_1).build();
  }

  static URI uri(int port, String path) {
    return URI.create("http://" + LOOPBACK + ":" + port + path);
  }
}
