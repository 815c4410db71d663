import type { ComponentChildren } from 'preact';
import { formatCount, formatDuration } from './format.ts';

/** A table that scrolls by itself where it is too wide, also with the keyboard. */
export function WideTable({ label, head, children }: WideTableProps) {
  return (
    <div class="wide" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {head.map((each) => (
              <th key={each} scope="col">
                {each}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

interface WideTableProps {
  readonly label: string;
  readonly head: readonly string[];
  readonly children: ComponentChildren;
}

/** Why there is nothing to see. */
export function Failure({ error }: { readonly error: string }) {
  return error === '' ? null : (
    <p class="failure" role="alert">
      {error}
    </p>
  );
}

/** `12 s ago`, with the time itself. */
export function Ago({ ms, nowMs }: { readonly ms: number | undefined; readonly nowMs: number }) {
  if (ms === undefined) return <>never</>;
  const time = new Date(ms).toISOString();
  return (
    <time dateTime={time} title={time}>
      {formatDuration(nowMs - ms)} ago
    </time>
  );
}

/** Words one behind the other, each in a box; the first `max` of them. */
export function Words({ words, max = 6 }: { readonly words: readonly string[]; readonly max?: number }) {
  const more = words.length - max;
  return (
    <>
      {words.slice(0, max).map((word, i) => (
        <>
          {i > 0 && ' '}
          <code key={word}>{word}</code>
        </>
      ))}
      {more > 0 && ` and ${formatCount(more)} more`}
    </>
  );
}

/** A choice of a filter; '' for all. */
export function Choice({ label, value, words, onChoose }: ChoiceProps) {
  // What a link names stays chosen, also where no host has it now.
  const offered = value === '' || words.includes(value) ? words : [value, ...words];
  return (
    <label>
      {label}
      <select value={value} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        <option value="">all</option>
        {offered.map((word) => (
          <option key={word} value={word}>
            {word}
          </option>
        ))}
      </select>
    </label>
  );
}

interface ChoiceProps {
  readonly label: string;
  readonly value: string;
  readonly words: readonly string[];
  readonly onChoose: (word: string) => void;
}

/** Which rows are shown, and the way to others. */
export function Pager({ offset, shown, total, step, hrefOf }: PagerProps) {
  if (total <= step && offset === 0) return null;
  return (
    <nav class="pager" aria-label="Pages">
      {offset > 0 && <a href={hrefOf(Math.max(0, offset - step))}>Previous</a>}
      <span>
        {formatCount(Math.min(total, offset + 1))} to {formatCount(offset + shown)} of {formatCount(total)}
      </span>
      {offset + shown < total && <a href={hrefOf(offset + step)}>Next</a>}
    </nav>
  );
}

interface PagerProps {
  readonly offset: number;
  readonly shown: number;
  readonly total: number;
  readonly step: number;
  readonly hrefOf: (offset: number) => string;
}
