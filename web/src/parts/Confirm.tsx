import { Button, Modal, ModalBody, ModalFooter, ModalHeader } from '@patternfly/react-core';
import type { ReactNode } from 'react';

import { text } from '../text/en';

interface Props {
  title: string;
  action: string;
  isDanger?: boolean;
  isBusy?: boolean;
  isDisabled?: boolean;
  cancel?: string;
  size?: 'small' | 'medium' | 'large';
  onConfirm: () => void;
  onCancel: () => void;
  children?: ReactNode;
}

export function Confirm({ title, action, isDanger = false, isBusy = false, isDisabled = false, cancel = text.action.cancel, size = 'small', onConfirm, onCancel, children }: Props) {
  return (
    <Modal isOpen variant={size} onClose={onCancel} aria-labelledby="confirm-title" aria-describedby="confirm-body">
      <ModalHeader title={title} labelId="confirm-title" titleIconVariant={isDanger ? 'warning' : undefined} />
      <ModalBody id="confirm-body">{children}</ModalBody>
      <ModalFooter>
        <Button variant={isDanger ? 'danger' : 'primary'} onClick={onConfirm} isLoading={isBusy} isDisabled={isBusy || isDisabled}>
          {action}
        </Button>
        <Button variant="link" onClick={onCancel}>{cancel}</Button>
      </ModalFooter>
    </Modal>
  );
}
