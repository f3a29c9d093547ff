import { Checkbox, Form, FormGroup, FormHelperText, HelperText, HelperTextItem, NumberInput, TextInput } from '@patternfly/react-core';
import { useState } from 'react';

import { act, type Verb } from '../../api/services';
import type { RealServerStatus } from '../../api/types';
import { useRefresh } from '../../app/live';
import { Confirm } from '../../parts/Confirm';
import { Failure } from '../../parts/Failure';
import { useToast } from '../../parts/Toasts';
import { text } from '../../text/en';
import { activeOf, sameMachine, type Names } from './rows';

export interface Intent {
  verb: Verb;
  service: string;
  server: RealServerStatus;
}

interface Props {
  intent: Intent;
  names: Names;
  onClose: () => void;
}

function Help({ children }: { children: string }) {
  return <FormHelperText><HelperText><HelperTextItem>{children}</HelperTextItem></HelperText></FormHelperText>;
}

/** Drain, Halt or Online: here, or everywhere where this server is. */
export default function ActionDialog({ intent: { verb, service, server }, names, onClose }: Props) {
  const everywhere = sameMachine(names, server.address);
  const [isEverywhere, setEverywhere] = useState(false);
  const [minutes, setMinutes] = useState(0);
  const [reason, setReason] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const toast = useToast();
  const refresh = useRefresh();

  const run = async () => {
    setBusy(true);
    try {
      const targets = isEverywhere ? everywhere : [{ service, server: server.label }];
      for (const target of targets) await act(target.service, target.server, verb, { reason: reason.trim(), within: verb === 'drain' ? minutes * 60 : 0 });
      toast({ title: text.overview.done[verb](server.label) });
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
    refresh();
  };

  const lead = { drain: text.overview.drainText, halt: text.overview.haltText(activeOf(server)), online: text.overview.onlineText }[verb];
  const title = { drain: text.overview.drainTitle, halt: text.overview.haltTitle, online: text.overview.onlineTitle }[verb](server.label);
  return (
    <Confirm title={title} action={text.overview[verb]} isDanger={verb === 'halt'} isBusy={isBusy} onConfirm={() => void run()} onCancel={onClose}>
      <Form onSubmit={(event) => { event.preventDefault(); void run(); }}>
        <p>{lead}</p>
        {error !== null && <Failure error={error} />}
        {verb === 'drain' && (
          <FormGroup label={text.overview.within} fieldId="within">
            <NumberInput
              inputAriaLabel={text.overview.within} id="within" min={0} max={10_080} value={minutes} minusBtnAriaLabel="-" plusBtnAriaLabel="+"
              onMinus={() => setMinutes(Math.max(0, minutes - 5))} onPlus={() => setMinutes(minutes + 5)}
              onChange={(event) => setMinutes(Math.max(0, Number((event.target as HTMLInputElement).value) || 0))}
            />
            <Help>{text.overview.withinHelp}</Help>
          </FormGroup>
        )}
        <FormGroup label={text.overview.reason} fieldId="reason">
          <TextInput id="reason" maxLength={500} value={reason} onChange={(_, value) => setReason(value)} />
          <Help>{text.overview.reasonHelp}</Help>
        </FormGroup>
        {everywhere.length > 1 && (
          <Checkbox
            id="everywhere" label={text.overview.everywhere(everywhere.length)} isChecked={isEverywhere} onChange={(_, value) => setEverywhere(value)}
            description={text.overview.everywhereHelp(everywhere.map((place) => place.service).join(', '))}
          />
        )}
      </Form>
    </Confirm>
  );
}
