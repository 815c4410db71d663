/** What to do about an error of the system, by what its message holds; it follows the message. */
const hints: readonly (readonly [part: RegExp, hint: string])[] = [
  [/EADDRINUSE/, 'another server has it: stop that one, or name another port with -dns.port'],
  [/EACCES/, 'ports below 1024 need root or CAP_NET_BIND_SERVICE: name another with -dns.port'],
  [/EADDRNOTAVAIL/, 'this machine has no such address now: bring its interface up, or name another behind bind'],
  [/EMFILE|ENFILE/, 'too many files and sockets are open: raise the limit (ulimit -n, LimitNOFILE of systemd)'],
  [
    /ERR_WORKER_INIT_FAILED.*EAGAIN|Worker initialization failure.*EAGAIN/,
    'no more threads can be made: raise the limit (ulimit -u, TasksMax of systemd, pids.max of the cgroup), or lower multisocket',
  ],
];

/** The message with what to do about it, where that is known. */
export function withHint(message: string): string {
  const hint = hints.find(([part]) => part.test(message))?.[1];
  return hint === undefined || message.includes(hint) ? message : `${message}; ${hint}`;
}
