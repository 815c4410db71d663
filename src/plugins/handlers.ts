import { anyHandler } from './any/handler.ts';
import { bufsizeHandler } from './bufsize/handler.ts';
import { errorsHandler } from './errors/handler.ts';
import { forwardHandler } from './forward/handler.ts';
import { loadbalanceHandler } from './loadbalance/handler.ts';
import { logHandler } from './log/handler.ts';
import type { QueryPlugin } from './plugin.ts';
import { serviceEntryHandler } from './serviceentry/handler.ts';
import { whoamiHandler } from './whoami/handler.ts';

/** The query halves by the name of their directive. Directives that are not here have none. */
export const queryPlugins: ReadonlyMap<string, QueryPlugin<never>> = new Map(
  [
    bufsizeHandler,
    errorsHandler,
    logHandler,
    anyHandler,
    loadbalanceHandler,
    serviceEntryHandler,
    forwardHandler,
    whoamiHandler,
  ].map((plugin) => [plugin.name, plugin]),
);
