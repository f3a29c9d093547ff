import { Button, Flex, FlexItem, FormSelect, FormSelectOption, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';

import { get } from '../../api/client';
import type { Plan } from '../../api/types';
import { Loaded } from '../../parts/Page';
import { PlanView } from '../../parts/PlanView';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';

interface Props {
  from: number;
  to: number;
  newest: number;
  onChange: (pair: [number, number]) => void;
  onClose: () => void;
}

function Choice({ name, value, newest, onChange }: { name: string; value: number; newest: number; onChange: (value: number) => void }) {
  return (
    <FormSelect aria-label={name} value={value} onChange={(_, chosen) => onChange(Number(chosen))}>
      {Array.from({ length: newest }, (_, index) => newest - index).map((number) => <FormSelectOption key={number} value={number} label={`${name} ${number}`} />)}
    </FormSelect>
  );
}

/** Two revisions side by side. */
export function Comparison({ from, to, newest, onChange, onClose }: Props) {
  const loaded = useLoaded((signal) => get<Plan>(`revisions/${from}/diff/${to}`, {}, signal), `${from} ${to}`);
  return (
    <Modal isOpen variant="large" onClose={onClose} aria-labelledby="compare-title" aria-describedby="compare-body">
      <ModalHeader title={text.revisions.diffTitle(from, to)} labelId="compare-title" />
      <ModalBody id="compare-body">
        <div className="ek-stack">
          <Flex>
            <FlexItem><Choice name={text.revisions.from} value={from} newest={newest} onChange={(value) => onChange([value, to])} /></FlexItem>
            <FlexItem><Choice name={text.revisions.to} value={to} newest={newest} onChange={(value) => onChange([from, value])} /></FlexItem>
          </Flex>
          <Loaded loaded={loaded}>{(plan) => <PlanView plan={plan} />}</Loaded>
        </div>
      </ModalBody>
      <ModalFooter><Button variant="secondary" onClick={onClose}>{text.action.close}</Button></ModalFooter>
    </Modal>
  );
}
