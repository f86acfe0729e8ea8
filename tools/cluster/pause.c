// The process that keeps the namespaces of a pod: waits for its end and reaps what is left behind.

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

static void end(int signal) {
  (void)signal;
  _exit(0);
}

static void reap(int signal) {
  (void)signal;
  while (waitpid(-1, 0, WNOHANG) > 0) {
  }
}

int main(void) {
  struct sigaction onEnd = {.sa_handler = end}, onChild = {.sa_handler = reap, .sa_flags = SA_NOCLDSTOP};
  sigaction(SIGINT, &onEnd, 0);
  sigaction(SIGTERM, &onEnd, 0);
  sigaction(SIGCHLD, &onChild, 0);
  for (;;) pause();
}
