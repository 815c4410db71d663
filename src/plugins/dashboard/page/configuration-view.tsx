import type { Configuration } from '../api.ts';
import { useApi } from './api-client.ts';
import type { ViewProps } from './app.tsx';
import { Ago, Failure } from './parts.tsx';

/** The Corefile that runs, with line numbers, as messages name them. */
export function ConfigurationView({ status }: ViewProps) {
  // A reload is another configuration.
  const path = `configuration?loaded=${status?.corefile.loadedMs ?? 0}`;
  const { value: configuration, error } = useApi<Configuration>(path);
  return (
    <>
      <Failure error={error} />
      {configuration && (
        <>
          <dl class="facts">
            <div>
              <dt>Loaded</dt>
              <dd>
                <Ago ms={configuration.loadedMs} nowMs={status?.nowMs ?? configuration.loadedMs} />
              </dd>
            </div>
            <div>
              <dt>SHA-512</dt>
              <dd>
                <code class="hash">{configuration.hash === '' ? 'not known' : configuration.hash}</code>
              </dd>
            </div>
          </dl>
          {configuration.files.length === 0 && <p>It was not read from a file.</p>}
          {configuration.files.map(({ path: file, text }) => (
            <section key={file} aria-label={file}>
              <h2>
                <code>{file}</code>
              </h2>
              {text === null ? <p>It is too large to be shown here.</p> : <Numbered label={file} text={text} />}
            </section>
          ))}
          <p class="note">
            As it was read; what looks like a secret is shown as <code>********</code>.
          </p>
        </>
      )}
    </>
  );
}

function Numbered({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <pre class="text numbered" tabIndex={0} role="region" aria-label={`Text of ${label}`}>
      {text
        .replace(/\n$/, '')
        .split('\n')
        .map((line, i) => (
          <span key={i} class="row">{`${line}\n`}</span>
        ))}
    </pre>
  );
}
