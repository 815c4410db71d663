/** What to do about an error of the system, by what its message holds; it follows the message. */
const hints: readonly (readonly [part: RegExp, hint: string])[] = [
  [/EADDRINUSE/, 'another server has it: stop that one, or name another port {where}'],
  [/EACCES/, 'ports below 1024 need root or CAP_NET_BIND_SERVICE: name another {where}'],
  [/EADDRNOTAVAIL/, 'this machine has no such address now: bring its interface up, or name another behind bind'],
  [/EMFILE|ENFILE/, 'too many files and sockets are open: raise the limit (ulimit -n, LimitNOFILE of systemd)'],
  [
    /^no thread can be made: .*EAGAIN/,
    'their limit is reached: raise it (ulimit -u, TasksMax of systemd, pids.max of the cgroup), or lower multisocket',
  ],
];

/** The message with what to do about it, where that is known; `where` says how the user names another port. */
export function withHint(message: string, where = 'with -dns.port'): string {
  const hint = hints.find(([part]) => part.test(message))?.[1].replace('{where}', where);
  return hint === undefined || message.includes(hint) ? message : `${message}; ${hint}`;
}
