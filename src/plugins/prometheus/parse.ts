import type { Directive } from '../../corefile/ast.ts';
import { httpAddress } from '../../corefile/http-address.ts';
import { type OptionForm, readOptionBlock } from '../../corefile/option-block.ts';
import type { HttpAddress } from '../../runtime/http/address.ts';
import { singleDirective } from '../single-directive.ts';
import type { ParseContext } from '../plugin.ts';
import type { PrometheusConfig } from './prometheus.ts';

const defaultAddress: HttpAddress = { address: '127.0.0.1', port: 9153 };
/** Whether it is built. */
type OptionReader = OptionForm & { readonly isBuilt: boolean };

const readers: Readonly<Record<string, OptionReader>> = Object.freeze({
  runtime_metrics: { args: { min: 0, max: 0 }, usage: 'nothing', isBuilt: true },
  tls: { args: { min: 1, max: 1 }, usage: 'one FILE', isBuilt: false },
});

/**
 *     prometheus [ADDR] {
 *         runtime_metrics
 *     }
 */
export function parsePrometheus(directives: readonly Directive[], { problems }: ParseContext): PrometheusConfig {
  const directive = singleDirective(directives, problems);
  const at = httpAddress(directive, defaultAddress, '', problems);
  if (!directive) return { at, runtimeMetrics: false };
  const seen = readOptionBlock(directive, 'prometheus', readers, problems, ({ isBuilt }, { name }) => {
    if (isBuilt) return;
    const message = `option '${name.text}' of prometheus is not built: metrics are given without TLS; let them be asked for at localhost, by a proxy with TLS`;
    problems.error('COREFILE_OPTION', name.position, message);
  });
  return { at, runtimeMetrics: seen.has('runtime_metrics') };
}
