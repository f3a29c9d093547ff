import type { TextChange } from '../api/types';
import { text } from '../text/en';

function Line({ line }: { line: string }) {
  if (line.startsWith('-')) return <del>{line}</del>;
  if (line.startsWith('+')) return <ins>{line}</ins>;
  return <span className="ek-subtle">{line}</span>;
}

/** The lines of a long text that change, such as those of a fallback page. */
export function TextLines({ change }: { change: TextChange }) {
  return (
    <div className="ek-lines">
      {change.lines.map((line, index) => <Line key={index} line={line} />)}
      {change.left_out > 0 && <span className="ek-subtle">{text.revisions.leftOut(change.left_out)}</span>}
    </div>
  );
}
