import type { CheckConfig } from '../../../registry/check/check-config.ts';
import { CheckPolicy } from '../../../registry/check/check-policy.ts';
import { Checker } from '../../../registry/check/checker.ts';
import { connectTcp } from '../../../registry/check/connect.ts';
import type { RegistryHost } from '../registry-service.ts';

/** What the option `check` says; `undefined` where it is off, or nothing may be done but to look. */
export function startChecks(
  config: CheckConfig | undefined,
  { clock, logger, isReadOnly, interfaces }: RegistryHost,
  onChange: (targets: ReadonlySet<string>) => void,
): Checker | undefined {
  if (!config || isReadOnly) return undefined;
  const own = (): string[] => Object.values(interfaces()).flatMap((each) => each?.map(({ address }) => address) ?? []);
  const policy = new CheckPolicy(config.allowed, own);
  return new Checker({ config, policy, connect: connectTcp, clock, logger, random: Math.random, onChange });
}
