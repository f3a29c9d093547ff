import { ToggleGroup, ToggleGroupItem } from '@patternfly/react-core';

import { text } from '../text/en';

/** How much time graphs show. */
export function SpanChoice<T extends string>({ spans, span, onChange }: { spans: readonly T[]; span: T; onChange: (span: T) => void }) {
  return (
    <ToggleGroup isCompact aria-label={text.history.span}>
      {spans.map((one) => <ToggleGroupItem key={one} text={text.history.spans[one]} isSelected={span === one} onChange={() => onChange(one)} />)}
    </ToggleGroup>
  );
}
