import {
  Drawer, DrawerActions, DrawerCloseButton, DrawerContent, DrawerContentBody, DrawerHead, DrawerPanelBody, DrawerPanelContent, Title,
} from '@patternfly/react-core';
import { lazy, Suspense, type ReactNode } from 'react';

import { Waiting } from '../../parts/Page';
import { text } from '../../text/en';

const Explanation = lazy(() => import('./Explanation'));

export interface Subject {
  service: string;
  server: string;
}

interface Props {
  subject: Subject | null;
  onClose: () => void;
  children: ReactNode;
}

export function ExplainDrawer({ subject, onClose, children }: Props) {
  const panel = subject && (
    <DrawerPanelContent isResizable defaultSize="34rem" minSize="20rem">
      <DrawerHead>
        <Title headingLevel="h2" size="lg">{text.explain.title}: {subject.server}</Title>
        <DrawerActions><DrawerCloseButton onClick={onClose} /></DrawerActions>
      </DrawerHead>
      <DrawerPanelBody>
        <Suspense fallback={<Waiting />}><Explanation key={`${subject.service}/${subject.server}`} subject={subject} /></Suspense>
      </DrawerPanelBody>
    </DrawerPanelContent>
  );
  return (
    <Drawer isExpanded={subject !== null} isInline={false}>
      <DrawerContent panelContent={panel}>
        <DrawerContentBody>{children}</DrawerContentBody>
      </DrawerContent>
    </Drawer>
  );
}
