package io.bridge.examples.trip;

import static java.util.Objects.requireNonNull;

import com.sun.jdi.Bootstrap;
import com.sun.jdi.Method;
import com.sun.jdi.ReferenceType;
import com.sun.jdi.StringReference;
import com.sun.jdi.ThreadReference;
import com.sun.jdi.VirtualMachine;
import com.sun.jdi.connect.Connector;
import com.sun.jdi.connect.LaunchingConnector;
import com.sun.jdi.connect.VMStartException;
import com.sun.jdi.event.BreakpointEvent;
import com.sun.jdi.event.ClassPrepareEvent;
import com.sun.jdi.event.Event;
import com.sun.jdi.event.EventSet;
import com.sun.jdi.event.MethodEntryEvent;
import com.sun.jdi.event.VMDisconnectEvent;
import com.sun.jdi.request.BreakpointRequest;
import com.sun.jdi.request.ClassPrepareRequest;
import com.sun.jdi.request.EventRequest;
import com.sun.jdi.request.MethodEntryRequest;
import io.bridge.Await;
import io.bridge.fixtures.Eventually;
import java.io.File;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Runs {@link Trips} in a JVM of its own, as a debugger does, and notes the classes of bridge whose
 * methods each trip enters. The JVM stops a thread at each such entry, so none is lost.
 */
final class TripCounter {

  private static final String BEGIN = "begin";
  private static final String END = "end";

  /** The trips that have begun at least once; the first run of each is not counted. */
  private final Set<String> begun = new HashSet<>();

  private final Map<String, Map<ThreadReference, Set<String>>> trips = new LinkedHashMap<>();
  private final List<FutureTask<String>> output = new ArrayList<>();
  private final VirtualMachine vm;
  private final MethodEntryRequest entries;

  /** What the present trip enters. */
  private Map<ThreadReference, Set<String>> entered = new LinkedHashMap<>();

  private TripCounter(VirtualMachine vm) {
    this.vm = vm;
    entries = vm.eventRequestManager().createMethodEntryRequest();
    entries.addClassFilter(below(Await.class));
    entries.addClassExclusionFilter(below(TripCounter.class));
    entries.addClassExclusionFilter(below(Eventually.class));
    entries.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
  }

  private static String below(Class<?> type) {
    return type.getPackageName() + ".*";
  }

  /**
   * The trips by name; of each the top-level classes it enters, in the order of their first entry.
   * The classes of one thread stay together: how two threads interleave is chance.
   */
  static Map<String, Set<String>> count() throws Exception {
    TripCounter counter = new TripCounter(launch());
    Process program = counter.vm.process();
    try {
      counter.read(program.getInputStream());
      counter.read(program.getErrorStream());
      counter.watch();
      int status = program.waitFor();
      if (status != 0) {
        throw new IllegalStateException("exit status " + status);
      }
      return counter.result();
    } catch (Exception e) {
      program.toHandle().destroyForcibly(); // that of Process closes the output
      throw new AssertionError("the program failed; its output:\n" + counter.allOutput(), e);
    }
  }

  private static VirtualMachine launch() throws Exception {
    LaunchingConnector connector = Bootstrap.virtualMachineManager().defaultConnector();
    Map<String, Connector.Argument> arguments = connector.defaultArguments();
    set(arguments, "home", System.getProperty("java.home"));
    set(arguments, "options", "-cp \"" + classPath() + "\"");
    set(arguments, "main", Trips.class.getName());
    try {
      return connector.launch(arguments);
    } catch (VMStartException e) {
      byte[] errors = e.process().getErrorStream().readAllBytes();
      throw new AssertionError(new String(errors, StandardCharsets.UTF_8), e);
    }
  }

  private static void set(Map<String, Connector.Argument> arguments, String name, String value) {
    requireNonNull(arguments.get(name), name).setValue(value);
  }

  /** Leaves an optional library out: with it, some trips are longer. */
  private static String classPath() {
    String ofSurefire = System.getProperty("surefire.test.class.path"); // else it is in a manifest
    String all = ofSurefire != null ? ofSurefire : System.getProperty("java.class.path");
    return Stream.of(all.split(File.pathSeparator))
        .filter(entry -> !entry.contains("context-propagation"))
        .collect(Collectors.joining(File.pathSeparator));
  }

  /** The program must not wait until somebody reads its output. */
  private void read(InputStream stream) {
    FutureTask<String> text =
        new FutureTask<>(() -> new String(stream.readAllBytes(), StandardCharsets.UTF_8));
    output.add(text);
    Thread.ofVirtual().start(text);
  }

  private String allOutput() throws Exception {
    StringBuilder all = new StringBuilder();
    for (FutureTask<String> text : output) {
      all.append(text.get());
    }
    return all.toString();
  }

  /** Returns when the program has ended. */
  private void watch() throws Exception {
    ClassPrepareRequest prepared = vm.eventRequestManager().createClassPrepareRequest();
    prepared.addClassFilter(Trips.Marks.class.getName());
    prepared.enable();
    vm.resume();
    while (true) {
      EventSet events = vm.eventQueue().remove();
      for (Event event : events) {
        if (event instanceof VMDisconnectEvent) {
          return;
        }
        switch (event) {
          case ClassPrepareEvent marks -> stopAt(marks.referenceType());
          case BreakpointEvent mark -> pass(mark);
          case MethodEntryEvent entry -> note(entry);
          default -> {}
        }
      }
      events.resume();
    }
  }

  /** Breakpoints, since requests of method entries slow the whole program down. */
  private void stopAt(ReferenceType marks) {
    for (String name : List.of(BEGIN, END)) {
      Method method = marks.methodsByName(name).get(0);
      BreakpointRequest stop = vm.eventRequestManager().createBreakpointRequest(method.location());
      stop.setSuspendPolicy(EventRequest.SUSPEND_EVENT_THREAD);
      stop.enable();
    }
  }

  private void pass(BreakpointEvent mark) throws Exception {
    if (mark.location().method().name().equals(END)) {
      entries.disable();
    } else if (!begun.add(argument(mark.thread()))) {
      entered = new LinkedHashMap<>();
      trips.put(argument(mark.thread()), entered);
      entries.enable();
    }
  }

  private void note(MethodEntryEvent entry) {
    if (isOfTrip(entry.thread())) {
      entered
          .computeIfAbsent(entry.thread(), thread -> new LinkedHashSet<>())
          .add(topLevel(entry.method().declaringType().name()));
    }
  }

  private Map<String, Set<String>> result() {
    Map<String, Set<String>> result = new LinkedHashMap<>();
    trips.forEach((trip, byThread) -> {
      Set<String> all = new LinkedHashSet<>();
      byThread.values().forEach(all::addAll);
      result.put(trip, all);
    });
    return result;
  }

  private static String argument(ThreadReference thread) throws Exception {
    return ((StringReference) thread.frame(0).getArgumentValues().get(0)).value();
  }

  /** A trip runs on main and on virtual threads; the timer, the cleaner and such are neither. */
  private static boolean isOfTrip(ThreadReference thread) {
    return thread.isVirtual() || thread.name().equals("main");
  }

  private static String topLevel(String type) {
    int nested = type.indexOf('$');
    return nested < 0 ? type : type.substring(0, nested);
  }
}
