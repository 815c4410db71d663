import { useEffect, useState } from 'preact/hooks';
import { useApiText } from './api-client.ts';
import type { ViewProps } from './app.tsx';
import { Failure } from './parts.tsx';
import { formatRoute, searchOf } from './route.ts';

const types = ['A', 'AAAA', 'SRV', 'PTR', 'SOA', 'NS', 'TXT', 'CNAME', 'MX', 'HTTPS', 'ANY'];

interface Question {
  readonly name: string;
  readonly type: string;
  /** Address or namespace of who asks. */
  readonly client: string;
  readonly meshed: string;
}

/** Why a name is answered as it is, in the words of the command. What is asked is in the URL. */
export function ExplainView({ route: { argument, parameters } }: ViewProps) {
  const { type = '', client = '', meshed = '' } = parameters;
  const asked = { name: argument, type, client, meshed };
  const [question, setQuestion] = useState<Question>(asked);
  useEffect(() => setQuestion(asked), [argument, type, client, meshed]);
  const { value: text, error } = useApiText(argument === '' ? undefined : pathOf(asked));
  const change = (changed: Partial<Question>): void => setQuestion({ ...question, ...changed });
  return (
    <>
      <form
        class="filters"
        onSubmit={(event) => {
          event.preventDefault();
          const { name, ...others } = question;
          location.assign(formatRoute('explain', name.trim(), others));
        }}
      >
        <label class="text">
          Name or IP address
          <input
            required
            value={question.name}
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            onInput={({ currentTarget }) => change({ name: currentTarget.value })}
          />
        </label>
        <label>
          Type
          <select value={question.type} onChange={({ currentTarget }) => change({ type: currentTarget.value })}>
            <option value="">A, or PTR</option>
            {types.map((each) => (
              <option key={each} value={each}>
                {each}
              </option>
            ))}
          </select>
        </label>
        <label>
          Asked by
          <input
            value={question.client}
            placeholder="IP address or namespace"
            spellcheck={false}
            autocomplete="off"
            autocapitalize="off"
            onInput={({ currentTarget }) => change({ client: currentTarget.value })}
          />
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={question.meshed === 'true'}
            onChange={({ currentTarget }) => change({ meshed: currentTarget.checked ? 'true' : '' })}
          />
          in the mesh
        </label>
        <button type="submit">Explain</button>
      </form>
      <Failure error={error} />
      <p class="hidden" role="status">
        {text === undefined ? '' : `The explanation of ${argument} is below.`}
      </p>
      {text === undefined ? (
        <p class="note">
          Why a name is answered as it is: what the registry has for it, who may see it, which server block takes the
          question, and the reply. Nothing is sent anywhere. <code>serviceentry-dns explain NAME</code> prints the same.
        </p>
      ) : (
        <section aria-labelledby="explanation">
          <h2 id="explanation" class="hidden">
            Explanation
          </h2>
          <pre class="text" tabIndex={0} aria-labelledby="explanation">
            {text.split('\n').map((line, i) => (
              <Line key={i} line={line} isFirst={i === 0} />
            ))}
          </pre>
        </section>
      )}
    </>
  );
}

/** Titles begin at the left with a letter. */
function Line({ line, isFirst }: { readonly line: string; readonly isFirst: boolean }) {
  return isFirst || /^[A-Z][A-Za-z, ]+$/.test(line) ? <b>{`${line}\n`}</b> : <>{`${line}\n`}</>;
}

/** Namespaces have neither dots nor colons. */
function pathOf({ name, type, client, meshed }: Question): string {
  const who = client.trim();
  const asker = /[.:]/.test(who) ? { client: who } : { namespace: who };
  return `explain?${searchOf({ name, type, ...asker, meshed })}`;
}
