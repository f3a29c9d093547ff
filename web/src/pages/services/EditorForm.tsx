import { ActionGroup, Alert, Button, Form } from '@patternfly/react-core';
import { useState, type ReactNode } from 'react';

import { ConfirmChoice } from '../../app/confirmation';
import { useMay } from '../../app/session';
import { Failure } from '../../parts/Failure';
import { FormSection } from '../../parts/form/FormSection';
import type { Section } from '../../parts/form/layout';
import type { Draft } from '../../parts/form/useDraft';
import { UnsavedGuard } from '../../parts/UnsavedGuard';
import { text } from '../../text/en';

interface Props {
  name: string;
  sections: Section[];
  draft: Draft;
  isBusy: boolean;
  isGuarded: boolean;
  scope?: string;
  note?: ReactNode;
  /** Whether Update may be on trial: for changes that could lock somebody out. */
  hasTrial?: boolean;
  onUpdate: (confirmWithin: number | null) => void;
  onCancel: () => void;
}

/** The guide's form: sections, fields, Cancel and Update. */
export function EditorForm({ name, sections, draft, isBusy, isGuarded, scope, note, hasTrial = false, onUpdate, onCancel }: Props) {
  const mayChange = useMay('administrator');
  const [confirmWithin, setConfirmWithin] = useState<number | null>(null);
  return (
    <Form className="ek-form" aria-label={name} onSubmit={(event) => { event.preventDefault(); onUpdate(confirmWithin); }}>
      {draft.error !== null && <Failure error={draft.error} title={text.services.problems} />}
      {draft.problems.size > 0 && <Alert component="p" variant="danger" isInline isPlain title={text.services.problems} />}
      {note}
      {sections.map((section) => (
        <FormSection key={section.title} section={section} values={draft.values} problems={draft.problems} scope={scope} isReadOnly={!mayChange} onChange={draft.set} />
      ))}
      <ActionGroup className="ek-buttons">
        {mayChange && <Button type="submit" isLoading={isBusy} isDisabled={isBusy}>{text.action.update}</Button>}
        <Button variant="link" onClick={onCancel}>{text.action.cancel}</Button>
        {mayChange && hasTrial && <ConfirmChoice seconds={confirmWithin} onChange={setConfirmWithin} />}
      </ActionGroup>
      <UnsavedGuard isDirty={isGuarded && draft.isDirty} />
    </Form>
  );
}
