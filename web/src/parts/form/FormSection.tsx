import { Button, Title } from '@patternfly/react-core';
import { useId, useState } from 'react';

import type { FieldValue, Values } from '../../api/schema';
import type { Problem } from '../../api/types';
import { text } from '../../text/en';
import { FormField } from './FormField';
import { isShown, type Section } from './layout';
import { isWithin } from './useDraft';

interface Props {
  section: Section;
  values: Values;
  problems: ReadonlyMap<string, Problem>;
  scope?: string;
  isReadOnly?: boolean;
  onChange: (path: string, value: FieldValue) => void;
}

/** A section of the guide's forms, with the rest of its fields behind [Advanced +]. */
export function FormSection({ section, values, problems, scope = '', isReadOnly = false, onChange }: Props) {
  const [isOpen, setOpen] = useState(false);
  const heading = useId();
  const plain = section.plain.filter((field) => isShown(field, values));
  const advanced = section.advanced.filter((field) => isShown(field, values));
  if (plain.length + advanced.length === 0) return null;
  const isExpanded = isOpen || advanced.some(({ path }) => [...problems.keys()].some((place) => isWithin(place, path)));
  const shown = isExpanded ? [...plain, ...advanced] : plain;
  return (
    <fieldset className="ek-section" aria-labelledby={heading}>
      <div className="ek-section-head">
        <Title headingLevel="h2" size="lg" id={heading}>{section.title}</Title>
        {advanced.length > 0 && (
          <Button variant="link" isInline aria-expanded={isExpanded} aria-label={`${isExpanded ? text.action.advancedLess : text.action.advancedMore} ${section.title}`} onClick={() => setOpen(!isOpen)}>
            {isExpanded ? text.action.advancedLess : text.action.advancedMore}
          </Button>
        )}
      </div>
      {shown.map((field) => (
        <FormField key={field.path} field={field} value={values[field.path] ?? ''} context={values} problems={problems} scope={scope} isReadOnly={isReadOnly} onChange={onChange} />
      ))}
    </fieldset>
  );
}
