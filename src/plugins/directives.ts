import { adminDirective } from './admin/parse.ts';
import { anyDirective } from './any/parse.ts';
import { makeBindDirective } from './bind/parse.ts';
import { bufsizeDirective } from './bufsize/parse.ts';
import { debugDirective } from './debug/parse.ts';
import { errorsDirective } from './errors/parse.ts';
import { forwardDirective } from './forward/parse.ts';
import { loadbalanceDirective } from './loadbalance/parse.ts';
import { healthDirective } from './health/parse.ts';
import { logDirective } from './log/parse.ts';
import { multisocketDirective } from './multisocket/parse.ts';
import type { DirectivePlugin } from './plugin.ts';
import { prometheusDirective } from './prometheus/parse.ts';
import { readyDirective } from './ready/parse.ts';
import { serviceEntryDirective } from './serviceentry/parse.ts';
import { makeTlsDirective } from './tls/parse.ts';
import { whoamiDirective } from './whoami/parse.ts';

/**
 * All directives in the order in which their query halves handle a query; the order in a Corefile means nothing. It is
 * CoreDNS's with one difference: cache stands behind serviceentry and so holds upstream data only, because visibility,
 * rotation and changes of the registry must not be cached over.
 */
export function makeDirectives(): readonly DirectivePlugin<unknown>[] {
  return [
    multisocketDirective,
    bufsizeDirective,
    makeBindDirective(),
    debugDirective,
    readyDirective,
    healthDirective,
    adminDirective,
    prometheusDirective,
    errorsDirective,
    logDirective,
    anyDirective,
    loadbalanceDirective,
    makeTlsDirective(),
    serviceEntryDirective,
    forwardDirective,
    whoamiDirective,
  ];
}

/** CoreDNS's directives that a later version brings; they get a clear error. */
export const laterDirectives: readonly string[] = ['acl', 'cache', 'hosts', 'loop', 'reload', 'rewrite', 'template'];
