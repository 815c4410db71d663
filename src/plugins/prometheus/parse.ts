import type { Directive } from '../../corefile/ast.ts';
import { unknownOption } from '../../corefile/arguments.ts';
import { httpAddress } from '../../corefile/http-address.ts';
import type { HttpAddress } from '../../runtime/http/address.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { PrometheusConfig } from './prometheus.ts';

const defaultAddress: HttpAddress = { address: '127.0.0.1', port: 9153 };
/** Options of CoreDNS that are not built. */
const laterOptions: readonly string[] = ['runtime_metrics', 'tls'];

/** `prometheus [ADDR]` */
export function parsePrometheus(directives: readonly Directive[], { problems }: ParseContext): PrometheusConfig {
  const directive = singleDirective(directives, problems);
  const at = httpAddress(directive, defaultAddress, '', problems);
  for (const option of directive?.block ?? []) {
    const { text, position } = option.name;
    if (!laterOptions.includes(text)) unknownOption(option, [], 'prometheus', problems);
    else problems.error('COREFILE_OPTION', position, `option '${text}' of prometheus is not built yet`);
  }
  return { at };
}
