import { type PlacedUpstream, type UpstreamAddress, upstreamKey } from '../config.ts';

/** Gives each upstream a slot: one that was there before keeps its own, others take those that are free. */
export function place(
  upstreams: readonly UpstreamAddress[],
  before: readonly PlacedUpstream[],
): readonly PlacedUpstream[] {
  const slots = new Map(before.map((upstream) => [upstreamKey(upstream), upstream.slot]));
  const taken = new Set(upstreams.map((upstream) => slots.get(upstreamKey(upstream))));
  let next = 0;
  return upstreams.map((upstream) => {
    const known = slots.get(upstreamKey(upstream));
    if (known !== undefined) return { ...upstream, slot: known };
    while (taken.has(next)) next++;
    return { ...upstream, slot: next++ };
  });
}
