import type { SemanticsCase } from '../case.ts';
import { section01 } from './section-01.ts';
import { section02 } from './section-02.ts';
import { delegations } from './section-02-delegations.ts';
import { section03 } from './section-03.ts';
import { section04 } from './section-04.ts';
import { section05Hosts } from './section-05-hosts.ts';
import { section05Exists } from './section-05-exists.ts';
import { section05Rows } from './section-05-rows.ts';
import { section05Rules } from './section-05-rules.ts';
import { section05Nearest } from './section-05-nearest.ts';
import { section06 } from './section-06.ts';
import { section06Locality } from './section-06-locality.ts';
import { section07 } from './section-07.ts';
import { section08 } from './section-08.ts';
import { section08Services } from './section-08-services.ts';
import { section08SidecarChoice } from './section-08-sidecar-choice.ts';
import { section08Sidecars } from './section-08-sidecars.ts';
import { section08Subnet } from './section-08-subnet.ts';
import { section08Views } from './section-08-views.ts';
import { section09 } from './section-09.ts';
import { section10 } from './section-10.ts';
import { section11 } from './section-11.ts';

/** Every case of the semantics that is built. */
export const allCases: readonly SemanticsCase[] = [
  ...section01,
  ...section02,
  ...delegations,
  ...section03,
  ...section04,
  ...section05Rows,
  ...section05Rules,
  ...section05Hosts,
  ...section05Exists,
  ...section05Nearest,
  ...section06,
  ...section06Locality,
  ...section07,
  ...section08,
  ...section08Views,
  ...section08Services,
  ...section08Subnet,
  ...section08Sidecars,
  ...section08SidecarChoice,
  ...section09,
  ...section10,
  ...section11,
];

export function caseTitle({ section, name }: SemanticsCase): string {
  return `${section}: ${name}`;
}
