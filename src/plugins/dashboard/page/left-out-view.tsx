import type { LeftOutPage } from '../api.ts';
import { useApi } from './api-client.ts';
import type { ViewProps } from './app.tsx';
import { formatCount, plural } from './format.ts';
import { Choice, Failure, Pager, WideTable } from './parts.tsx';
import { formatRoute, searchOf } from './route.ts';

const step = 50;

/** What of the registry is not served, why, and where it stands. */
export function LeftOutView({ route: { parameters } }: ViewProps) {
  const { q = '', reason = '', offset = '' } = parameters;
  const { value: page, error } = useApi<LeftOutPage>(
    `left-out?${searchOf({ q, reason, offset, limit: String(step) })}`,
  );
  const find = (changed: Readonly<Record<string, string>>): void =>
    location.replace(formatRoute('left-out', '', { ...parameters, offset: '', ...changed }));
  const meaning = page?.reasons.find((each) => each.reason === reason)?.meaning;
  return (
    <>
      <form role="search" class="filters" onSubmit={(event) => event.preventDefault()}>
        <label class="text">
          Part of an object, file or message
          <input
            type="search"
            value={q}
            spellcheck={false}
            autocomplete="off"
            onInput={({ currentTarget }) => find({ q: currentTarget.value })}
          />
        </label>
        <Choice
          label="Reason"
          value={reason}
          words={page?.reasons.map((each) => each.reason) ?? []}
          onChoose={(word) => find({ reason: word })}
        />
      </form>
      <Failure error={error} />
      <p role="status" class="count">
        {page && countText(page)}
      </p>
      {meaning !== undefined && (
        <p class="note">
          <code>{reason}</code>: {meaning}
        </p>
      )}
      {page && page.parts.length > 0 && (
        <WideTable label="What is left out" head={['Where', 'Object', 'Field', 'Why', 'Reason']}>
          {page.parts.map(({ origin, object, field, message, reason: why, block }, i) => (
            <tr key={`${block} ${page.offset + i}`}>
              <td>
                <code>{origin}</code>
              </td>
              <td>{object}</td>
              <td>{field !== '' && <code>{field}</code>}</td>
              <td class="long">{message}</td>
              <td>{why}</td>
            </tr>
          ))}
        </WideTable>
      )}
      {page && (
        <Pager
          offset={page.offset}
          shown={page.parts.length}
          total={page.total}
          step={step}
          hrefOf={(to) => formatRoute('left-out', '', { ...parameters, offset: to === 0 ? '' : String(to) })}
        />
      )}
    </>
  );
}

function countText({ total, all }: LeftOutPage): string {
  if (all === 0) return 'Nothing is left out.';
  const parts = plural(all, 'part');
  return total === all ? `${parts} left out` : `${formatCount(total)} of ${parts} left out`;
}
