import { kMostLines, type LogLevel, type LogLine } from '../../api/logs';

const keyOf = ({ time, text }: LogLine) => `${time} ${text}`;

/** The newest of both; a line that came by both ways is there once. */
export function joined(before: readonly LogLine[], more: readonly LogLine[]): LogLine[] {
  const known = new Set(before.slice(-more.length - 100).map(keyOf));
  return [...before, ...more.filter((line) => line.time === null || !known.has(keyOf(line)))].slice(-kMostLines);
}

const kRank: Record<LogLevel, number> = { debug: 0, info: 1, warning: 2, error: 3 };

/** What is no worse than is asked for is left out; a line without a level counts as information. */
export function atLeast(lines: readonly LogLine[], level: LogLevel): LogLine[] {
  return lines.filter((line) => kRank[line.level ?? 'info'] >= kRank[level]);
}

/** As a file. */
export function plain(lines: readonly LogLine[]): string {
  return lines.map(({ time, level, text }) => `${[time ?? '-', level ?? '-', text].join(' ')}\n`).join('');
}
