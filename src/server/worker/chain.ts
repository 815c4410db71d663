import { queryPlugins } from '../../plugins/handlers.ts';
import type { Handler, HandlerEnvironment } from '../../plugins/plugin.ts';
import type { TableReader } from '../../table/reader.ts';
import { rcode } from '../../wire/codes.ts';
import { emptyReply } from '../../wire/reply.ts';
import type { Chain } from './dispatcher.ts';
import type { BlockConfig } from '../config.ts';

/** Where no plugin is left to forward to, the name is not ours to answer (docs/semantics.md section 2). */
const endOfChain: Handler = (query) => emptyReply(query, rcode.REFUSED);

/** How a link of the chain is made from the next one. */
export type CreateHandler = (next: Handler) => Handler;

/**
 * Builds the query halves of a block's plugins, from the last one to the first. `wrap` may put a handler of its own in
 * place of any, as who only looks at what a chain does must do for those that reach out.
 */
export function buildChain(
  { plugins }: BlockConfig,
  environment: HandlerEnvironment,
  wrap: (name: string, config: unknown, create: CreateHandler) => CreateHandler = (_name, _config, create) => create,
): Chain {
  const tables: TableReader[] = [];
  const table = (name: string): TableReader => {
    const reader = environment.table(name);
    tables.push(reader);
    return reader;
  };
  let handler = endOfChain;
  for (const { name, config } of plugins.toReversed()) {
    const plugin = queryPlugins.get(name);
    if (plugin)
      handler = wrap(name, config, (next) => plugin.create(config as never, { ...environment, table }, next))(handler);
  }
  return { handler, recursionAvailable: plugins.some(({ name }) => name === 'forward'), tables };
}
