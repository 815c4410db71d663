import { asFields, type Fields, quoted } from '../../runtime/untyped.ts';
import { canonicalAddress } from '../../wire/address.ts';
import type { ObjectMeta, Pod } from '../model/object.ts';
import { lackOf } from './condition.ts';
import { asPort, listField, mapField, noValues } from './fields.ts';
import { readLabels } from './labels.ts';
import { labelledLocality } from './locality-label.ts';
import { maxPorts, noPorts, portName, type PortNumbers } from './ports.ts';
import type { Report } from './report.ts';

const maxPodIps = 16;
const maxContainers = 256;
const sidecarAnnotation = 'sidecar.istio.io/status';
const ambientAnnotation = 'ambient.istio.io/redirection';

/** `undefined`, and a rejection, where it has no spec. A Pod that is not ready is read too: it may be a client. */
export function readPod(object: Fields, meta: ObjectMeta, report: Report): Pod | undefined {
  const spec = asFields(object.spec);
  if (spec === undefined) {
    report.add('object', 'spec', `found ${quoted(object.spec)}, expected a map`);
    return undefined;
  }
  const metadata = mapField(object, 'metadata', '', report);
  const status = mapField(object, 'status', '', report);
  const annotations = mapField(metadata, 'annotations', 'metadata', report);
  const notReady = whyNotReady(metadata, status, report);
  const labels = readLabels(metadata, 'labels', 'metadata', report);
  const locality = labelledLocality(labels);
  return {
    kind: 'Pod',
    meta,
    labels,
    ips: readIps(status, report),
    isReady: notReady === undefined,
    ...(notReady === undefined ? {} : { notReady }),
    hasEnded: status.phase === 'Succeeded' || status.phase === 'Failed',
    isHostNetwork: isHostNetwork(spec, report),
    ports: readContainerPorts(spec, report),
    isMeshed: (annotations[sidecarAnnotation] ?? null) !== null || annotations[ambientAnnotation] === 'enabled',
    ...(typeof spec.nodeName === 'string' && spec.nodeName !== '' ? { node: spec.nodeName } : {}),
    ...(locality === '' ? {} : { locality }),
  };
}

function whyNotReady(metadata: Fields, status: Fields, report: Report): string | undefined {
  const { phase } = status;
  if ((metadata.deletionTimestamp ?? null) !== null) return 'it is being deleted';
  if (phase === 'Succeeded' || phase === 'Failed') return `its phase is ${phase}`;
  return lackOf(status, 'Ready', report);
}

/** What cannot be read counts as true: the address of such a Pod then says nothing about the client. */
function isHostNetwork(spec: Fields, report: Report): boolean {
  const value = spec.hostNetwork ?? false;
  if (typeof value === 'boolean') return value;
  report.add('field', 'spec.hostNetwork', `found ${quoted(value)}, expected true or false; true is used`);
  return true;
}

function readIps(status: Fields, report: Report): readonly string[] {
  const list = listField(status, 'podIPs', 'status', report, maxPodIps, 'address');
  const ips: string[] = [];
  for (let i = 0; i < list.length; i++) addIp(ips, asFields(list[i])?.ip ?? list[i], `status.podIPs[${i}].ip`, report);
  if (list.length === 0) {
    const single = status.podIP ?? '';
    if (single !== '') addIp(ips, single, 'status.podIP', report);
  }
  return ips.length === 0 ? noValues : ips;
}

function addIp(ips: string[], value: unknown, field: string, report: Report): void {
  const ip = typeof value === 'string' ? canonicalAddress(value) : undefined;
  if (ip === undefined) report.add('address', field, `found ${quoted(value)}, expected an IP address`);
  else if (!ips.includes(ip)) ips.push(ip);
}

/** Named TCP and UDP ports of the containers and of the init containers that go on running beside them. */
function readContainerPorts(spec: Fields, report: Report): PortNumbers {
  const ports = new Map<string, number>();
  addContainers(ports, spec, 'containers', false, report);
  addContainers(ports, spec, 'initContainers', true, report);
  return ports.size === 0 ? noPorts : ports;
}

function addContainers(
  ports: Map<string, number>,
  spec: Fields,
  key: 'containers' | 'initContainers',
  onlyRestarted: boolean,
  report: Report,
): void {
  const list = listField(spec, key, 'spec', report, maxContainers, 'port');
  for (let i = 0; i < list.length; i++) {
    const container = asFields(list[i]);
    if (container === undefined) {
      report.add('object', `spec.${key}[${i}]`, `found ${quoted(list[i])}, expected a map`);
    } else if (!onlyRestarted || container.restartPolicy === 'Always') {
      addContainerPorts(ports, container, `spec.${key}[${i}]`, report);
    }
  }
}

function addContainerPorts(ports: Map<string, number>, container: Fields, path: string, report: Report): void {
  const list = listField(container, 'ports', path, report, maxPorts, 'port');
  for (let i = 0; i < list.length; i++) {
    const port = asFields(list[i]);
    const protocol = port?.protocol ?? 'TCP';
    if (port !== undefined && ((port.name ?? '') === '' || (protocol !== 'TCP' && protocol !== 'UDP'))) continue;
    const name = portName(port?.name);
    const number = asPort(port?.containerPort);
    if (name === undefined || number === undefined) {
      const found = quoted(name === undefined ? port?.name : port?.containerPort);
      report.add('port', `${path}.ports[${i}]`, `found ${found}, expected a name and a containerPort from 1 to 65535`);
    } else if (!ports.has(name)) {
      ports.set(name, number);
    }
  }
}
