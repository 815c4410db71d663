import { noBlock, takes } from '../../corefile/arguments.ts';
import { httpAddress } from '../http-address.ts';
import { once } from '../once.ts';
import type { DirectivePlugin } from '../plugin.ts';
import type { AdminConfig } from './config.ts';

const defaultConfig: AdminConfig = { address: '127.0.0.1', port: 9154 };

/** `admin [ADDR]`. ADDR is `[HOST]:PORT` or a host alone; a host that is not loopback must be written as an IP address. */
export const adminDirective: DirectivePlugin<AdminConfig> = {
  name: 'admin',
  parse(directives, { problems }) {
    const directive = once(directives, problems);
    if (!directive || !takes(directive, { max: 1 }, 'at most one ADDR', problems)) return defaultConfig;
    noBlock(directive, problems);
    const [token] = directive.args;
    return token ? httpAddress(token, defaultConfig, '127.0.0.1', problems) : defaultConfig;
  },
};
