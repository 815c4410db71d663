import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { FileSource, type FileSourceOptions } from '../../../../src/registry/sources/file/file-source.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { RecordingLogger } from '../../../support/quiet-logger.ts';
import { RecordingSink } from '../source-conformance.ts';

/** A directory of this test's own. */
export function temporaryDirectory(): string {
  const directory = realpathSync(mkdtempSync(join(tmpdir(), 'file-source-')));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export interface Started {
  readonly source: FileSource;
  readonly sink: RecordingSink;
  readonly logger: RecordingLogger;
}

/** What is there is read when this returns, where no other thread reads it. */
export function startSource(paths: string[], options: Partial<FileSourceOptions> = {}): Started {
  const logger = new RecordingLogger();
  const source = new FileSource({ paths, clock: systemClock, logger, sliceMs: Infinity, ...options });
  const sink = new RecordingSink();
  source.start(sink);
  onTestFinished(() => source.stop());
  return { source, sink, logger };
}

export function entry(name: string, host = `${name}.example.com`, namespace = 'default'): string {
  return [
    'apiVersion: networking.istio.io/v1',
    'kind: ServiceEntry',
    'metadata:',
    `  name: ${name}`,
    `  namespace: ${namespace}`,
    'spec:',
    '  hosts:',
    `  - ${host}`,
    '  addresses: [192.0.2.1]',
    '  ports:',
    '  - { number: 443, name: tls, protocol: TLS }',
    '  resolution: NONE',
    '',
  ].join('\n');
}

export function entryObject(name: string, host = `${name}.example.com`): Record<string, unknown> {
  return {
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name },
    spec: { hosts: [host], addresses: ['192.0.2.1'], ports: [{ number: 443, name: 'tls', protocol: 'TLS' }] },
  };
}
