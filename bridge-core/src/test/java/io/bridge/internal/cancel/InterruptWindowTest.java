package io.bridge.internal.cancel;

import static org.assertj.core.api.Assertions.assertThat;

import io.bridge.Undelivered;
import io.bridge.fixtures.Eventually;
import io.bridge.fixtures.Fork;
import io.bridge.fixtures.Race;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("B6 A9 the interrupt window")
class InterruptWindowTest {

  private static final int ROUNDS = 100_000;

  @Test
  @DisplayName("an interrupt against close lands inside the window or is owed, never behind it")
  void interruptAgainstClose() throws Exception {
    Map<String, Integer> histogram =
        Race.run(
            ROUNDS,
            () -> {
              InterruptWindow window = new InterruptWindow();
              boolean[] behind = new boolean[2];
              window.begin();
              return new Race.Round() {
                @Override
                public void left() {
                  window.close();
                  behind[0] = Thread.currentThread().isInterrupted();
                }

                @Override
                public void right() {
                  window.interrupt();
                }

                @Override
                public String outcome() {
                  assertThat(behind[0] || Thread.interrupted()).as("behind the window").isFalse();
                  window.open();
                  assertThat(Thread.interrupted()).as("the interrupt is not lost").isTrue();
                  return "raised again";
                }
              };
            });
    assertThat(histogram).containsOnlyKeys("raised again");
  }

  /** A worker on whose interrupt a sender can be held up. */
  private static final class HeldUp extends Thread {
    final CountDownLatch sending = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    final CompletableFuture<Boolean> flagBehind = new CompletableFuture<>();
    final InterruptWindow window = new InterruptWindow();

    @Override
    public void run() {
      window.begin();
      Eventually.until("a sender", () -> sending.getCount() == 0);
      window.close();
      flagBehind.complete(isInterrupted());
    }

    @Override
    public void interrupt() {
      sending.countDown();
      Eventually.until("the release", () -> release.getCount() == 0);
      super.interrupt();
    }
  }

  @Test
  @DisplayName("close waits for a sender that is held up inside Thread.interrupt")
  void heldUpSender() {
    HeldUp worker = new HeldUp();
    worker.setDaemon(true);
    worker.start();
    Eventually.until("the window is open", worker.window::isOpen);
    Thread sender = Thread.ofPlatform().daemon().start(worker.window::interrupt);
    Eventually.until(
        "close waits",
        () ->
            (worker.getState() == Thread.State.WAITING && worker.sending.getCount() == 0)
                || worker.flagBehind.isDone());
    assertThat(worker.flagBehind).as("behind the window too early").isNotDone();
    worker.release.countDown();
    Eventually.until("behind the window", worker.flagBehind::isDone);
    assertThat(worker.flagBehind.join()).isFalse();
    Eventually.until("the sender", () -> !sender.isAlive());
    assertThat(worker.isInterrupted()).isFalse();
  }

  @Test
  @DisplayName("A11 a window that was never closed raises no flag when it is taken back")
  void takenBackOpen() {
    InterruptWindow window = new InterruptWindow();
    window.begin();
    window.takeBack(); // the stack had ended in lend
    assertThat(Thread.interrupted()).isFalse();
    assertThat(window.isOpen()).isTrue();
    window.close();
  }

  @Test
  @DisplayName("a second interrupt is sent though the first was used up")
  void second() throws Exception {
    InterruptWindow window = new InterruptWindow();
    window.begin();
    interruptElsewhere(window);
    assertThat(Thread.interrupted()).isTrue();
    interruptElsewhere(window);
    assertThat(Thread.interrupted()).isTrue();
    window.close();
  }

  /** A worker that uses up each interrupt, and whose first sender is held up behind it. */
  private static final class UsesUp extends Thread {
    final CountDownLatch firstSent = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    final AtomicInteger usedUp = new AtomicInteger();
    final InterruptWindow window = new InterruptWindow();

    @Override
    public void run() {
      window.begin();
      while (usedUp.get() < 2) {
        LockSupport.park();
        if (Thread.interrupted()) {
          usedUp.incrementAndGet();
        }
      }
      window.close();
    }

    @Override
    public void interrupt() {
      super.interrupt();
      firstSent.countDown();
      Eventually.until("the release", () -> release.getCount() == 0);
    }
  }

  @Test
  @DisplayName("a second interrupt is sent though the first is used up and still under way")
  void secondWhileSending() {
    UsesUp worker = new UsesUp();
    worker.setDaemon(true);
    worker.start();
    Eventually.until("the window is open", worker.window::isOpen);
    Thread.ofPlatform().daemon().start(worker.window::interrupt);
    Eventually.until("the first is used up", () -> worker.usedUp.get() == 1);
    worker.window.interrupt();
    assertThat(worker.release.getCount()).as("nobody waited").isEqualTo(1);
    worker.release.countDown();
    Eventually.until("the second is used up", () -> worker.usedUp.get() == 2);
    Eventually.until("the worker leaves", () -> !worker.isAlive());
  }

  @Test
  @DisplayName("closed: owed until it opens; forgotten when the block around it is over")
  void owed() throws Exception {
    InterruptWindow window = new InterruptWindow();
    window.begin();
    window.close();
    interruptElsewhere(window);
    assertThat(Thread.currentThread().isInterrupted()).isFalse();
    window.open();
    assertThat(Thread.interrupted()).isTrue();
    window.close();
    window.forget();
    window.open();
    assertThat(Thread.interrupted()).isFalse();
  }

  @Test
  @DisplayName("B6 the worker that interrupts itself from inside a signal is not interrupted")
  void itself() {
    InterruptWindow window = new InterruptWindow();
    window.begin();
    window.close();
    window.interrupt();
    window.open();
    assertThat(Thread.interrupted()).isFalse();
  }

  /**
   * A worker whose first interrupt is held up, and then throws, as an interruptible channel may.
   */
  private static final class Throws extends Thread {
    final CountDownLatch sending = new CountDownLatch(1);
    final CountDownLatch release = new CountDownLatch(1);
    final CountDownLatch left = new CountDownLatch(1);
    final CompletableFuture<Boolean> raisedAgain = new CompletableFuture<>();
    final InterruptWindow window = new InterruptWindow();

    @Override
    public void run() {
      window.begin();
      Eventually.until("a sender", () -> sending.getCount() == 0);
      window.close();
      left.countDown();
      window.open();
      raisedAgain.complete(Thread.interrupted());
    }

    @Override
    public void interrupt() {
      if (Thread.currentThread() == this) {
        super.interrupt(); // raises what was owed
        return;
      }
      sending.countDown();
      Eventually.until("the release", () -> release.getCount() == 0);
      throw new IllegalStateException("of a channel");
    }
  }

  @Test
  @DisplayName(
      "A5 (2) A6: an interrupt that throws: reported, the sender goes on, close returns, it is"
          + " owed")
  void throwingSender() {
    Throws worker = new Throws();
    worker.setDaemon(true);
    worker.start();
    Eventually.until("the window is open", worker.window::isOpen);
    Fork<String> sender = Fork.platform(worker.window::interrupt);
    Eventually.until("close waits", () -> worker.getState() == Thread.State.WAITING);
    assertThat(worker.left.getCount()).as("behind the window too early").isEqualTo(1);
    try (Undelivered lost = new Undelivered()) {
      worker.release.countDown();
      sender.join();
      assertThat(lost.failures())
          .singleElement()
          .extracting(Throwable::getMessage)
          .isEqualTo("of a channel");
    }
    Eventually.until("the window is open again", worker.raisedAgain::isDone);
    assertThat(worker.raisedAgain.join()).isTrue();
  }

  @Test
  @DisplayName("S9 lent: an interrupt of the caller's goes to the guest too, and is owed meanwhile")
  void lent() throws Exception {
    InterruptWindow window = new InterruptWindow();
    InterruptWindow guest = new InterruptWindow();
    window.begin();
    window.lend(guest);
    guest.begin();
    interruptElsewhere(window);
    assertThat(Thread.interrupted()).as("the guest's").isTrue();
    interruptElsewhere(window); // one is owed already
    assertThat(Thread.interrupted()).as("the guest's, once more").isTrue();
    guest.close();
    window.takeBack();
    assertThat(Thread.interrupted()).as("the owed one").isTrue();

    window.close();
    window.forget();
    guest.forget();
    interruptElsewhere(window);
    guest.open();
    assertThat(Thread.interrupted()).as("a guest that is gone").isFalse();
  }

  @Test
  @DisplayName("B6 it is open for an interrupt that is under way, and not while one is owed")
  void isOpen() throws Exception {
    InterruptWindow window = new InterruptWindow();
    assertThat(window.isOpen()).as("not begun").isFalse();
    window.begin();
    assertThat(window.isOpen()).as("begun").isTrue();
    interruptElsewhere(window);
    assertThat(Thread.interrupted()).isTrue();
    assertThat(window.isOpen()).as("sent").isTrue();
    window.close();
    assertThat(window.isOpen()).as("owed").isFalse();
    window.close();
    assertThat(window.isOpen()).as("closed twice").isFalse();
    window.forget();
    assertThat(window.isOpen()).as("forgotten").isFalse();
  }

  private static void interruptElsewhere(InterruptWindow window) throws InterruptedException {
    Thread sender = Thread.ofPlatform().start(window::interrupt);
    boolean interrupted = false;
    while (sender.isAlive()) {
      try {
        sender.join();
      } catch (InterruptedException ours) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
