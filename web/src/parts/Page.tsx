import { Content, EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter, Flex, FlexItem, PageSection, Skeleton, Title } from '@patternfly/react-core';
import { CubesIcon } from '@patternfly/react-icons';
import { useEffect, type ComponentType, type ReactNode } from 'react';

import { text } from '../text/en';
import { Failure } from './Failure';

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
}

/** A page's heading, what can be done on it, and what is on it. */
export function Page({ title, lead, actions, children }: Props) {
  useEffect(() => {
    document.title = `${title} · ${text.product}`;
  }, [title]);
  return (
    <>
      <PageSection>
        <Flex justifyContent={{ default: 'justifyContentSpaceBetween' }} alignItems={{ default: 'alignItemsCenter' }}>
          <FlexItem>
            <Title headingLevel="h1">{title}</Title>
          </FlexItem>
          {actions && <FlexItem>{actions}</FlexItem>}
        </Flex>
        {lead && <Content component="p" className="ek-lead">{lead}</Content>}
      </PageSection>
      <PageSection isFilled className="ek-body">{children}</PageSection>
    </>
  );
}

interface EmptyProps {
  title: string;
  body?: ReactNode;
  icon?: ComponentType;
  level?: 'h1' | 'h2';
  children?: ReactNode;
}

export function Empty({ title, body, icon = CubesIcon, level = 'h2', children }: EmptyProps) {
  return (
    <EmptyState titleText={title} headingLevel={level} icon={icon}>
      {body && <EmptyStateBody>{body}</EmptyStateBody>}
      {children && (
        <EmptyStateFooter>
          <EmptyStateActions>{children}</EmptyStateActions>
        </EmptyStateFooter>
      )}
    </EmptyState>
  );
}

export function Waiting({ lines = 5 }: { lines?: number }) {
  return (
    <div aria-busy="true" className="ek-waiting">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} screenreaderText={line === 0 ? text.shell.loading : ''} />
      ))}
    </div>
  );
}

interface LoadedProps<T> {
  loaded: { value: T | null; error: unknown; reload: () => void };
  children: (value: T) => ReactNode;
}

/** What was asked for, or that it is being waited for, or why it did not come. */
export function Loaded<T>({ loaded, children }: LoadedProps<T>) {
  if (loaded.value !== null) return <>{children(loaded.value)}</>;
  if (loaded.error) return <Failure error={loaded.error} title={text.shell.failed} again={loaded.reload} />;
  return <Waiting />;
}
