import { queryPlugins } from '../plugins/handlers.ts';
import type { Handler, HandlerEnvironment } from '../plugins/plugin.ts';
import { rcode } from '../wire/codes.ts';
import { emptyReply } from '../wire/reply.ts';
import type { Chain } from './answerer.ts';
import type { BlockConfig } from './config.ts';

/** Where no plugin is left to forward to, the name is not ours to answer (SEMANTICS.md section 2). */
const endOfChain: Handler = (query) => emptyReply(query, rcode.REFUSED);

/** Builds the query halves of a block's plugins, from the last one to the first. */
export function buildChain({ plugins }: BlockConfig, environment: HandlerEnvironment): Chain {
  let handler = endOfChain;
  for (const { name, config } of plugins.toReversed()) {
    const plugin = queryPlugins.get(name);
    if (plugin) handler = plugin.create(config as never, environment, handler);
  }
  return { handler, recursionAvailable: plugins.some(({ name }) => name === 'forward') };
}
