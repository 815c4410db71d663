import { expect, test } from 'vitest';
import { denialReason } from '../../../src/registry/store/host-policy.ts';
import type { RegistryOptions } from '../../../src/registry/model/options.ts';
import { serviceEntry } from '../harness.ts';

type Limits = Pick<RegistryOptions, 'only' | 'except' | 'allow'>;
const none: Limits = { only: undefined, except: [], allow: new Map() };
const onlyMesh = 'only serves names at or below mesh.test, corp.test';
const notGoogle = 'except leaves out google.com';
const notTeam = 'allow limits namespace team to names at or below team.test';

const cases: readonly [string, Partial<Limits>, host: string, refusal: string | undefined][] = [
  ['without limits', {}, 'google.com', undefined],
  ['only: the name itself', { only: ['mesh.test', 'corp.test'] }, 'mesh.test', undefined],
  ['only: below a name', { only: ['mesh.test', 'corp.test'] }, 'a.b.corp.test', undefined],
  ['only: a wildcard below', { only: ['mesh.test', 'corp.test'] }, '*.mesh.test', undefined],
  ['only: whole labels count', { only: ['mesh.test', 'corp.test'] }, 'amesh.test', onlyMesh],
  ['only: above a name', { only: ['mesh.test', 'corp.test'] }, 'test', onlyMesh],
  ['only: a wildcard that reaches further', { only: ['mesh.test', 'corp.test'] }, '*.test', onlyMesh],
  ['only: the root is everything', { only: [''] }, 'google.com', undefined],
  ['only: without names nothing', { only: [] }, 'google.com', 'only serves names at or below '],
  ['except: the name itself', { except: ['x.com', 'google.com'] }, 'google.com', notGoogle],
  ['except: below a name', { except: ['google.com'] }, 'mail.google.com', notGoogle],
  ['except: a wildcard at a name', { except: ['google.com'] }, '*.google.com', notGoogle],
  ['except: whole labels count', { except: ['google.com'] }, 'agoogle.com', undefined],
  ['except: a wildcard above is served, but for what it may not take', { except: ['google.com'] }, '*.com', undefined],
  ['except beats only', { only: ['com'], except: ['google.com'] }, 'google.com', notGoogle],
  ['allow: its own names', { allow: new Map([['team', ['team.test']]]) }, 'a.team.test', undefined],
  ['allow: other names', { allow: new Map([['team', ['team.test']]]) }, 'google.com', notTeam],
  ['allow: of another namespace', { allow: new Map([['ops', ['ops.test']]]) }, 'google.com', undefined],
];

test.each(cases)('%s', (_name, limits, host, refusal) => {
  const found = denialReason(serviceEntry('team/a', { hosts: [host] }), host, { ...none, ...limits });
  expect(found?.message).toBe(refusal);
  if (found) expect(found.reason).toBe(found.message.startsWith('allow ') ? 'not-allowed' : 'excluded');
});
