/**
 * 32 bits of a text: FNV-1a over the characters, mixed (MurmurHash3's finalizer). Where tenants choose the texts the seed must
 * be random, else they can make all hashes equal.
 */
export function hashText(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}
