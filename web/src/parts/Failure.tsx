import { Alert, AlertActionLink, List, ListItem } from '@patternfly/react-core';

import { ApiError } from '../api/client';
import type { Problem } from '../api/types';
import { text } from '../text/en';

export function Problems({ problems }: { problems: readonly Problem[] }) {
  return (
    <List isPlain>
      {problems.map((problem, index) => (
        <ListItem key={index}>
          <code>{problem.path}</code> {problem.message}
          {problem.hint && <> {text.error.hint} {problem.hint}.</>}
        </ListItem>
      ))}
    </List>
  );
}

/** What the load balancer said, with the places and remedies that it named. */
export function Failure({ error, title = text.error.title, again }: { error: unknown; title?: string; again?: () => void }) {
  const problems = error instanceof ApiError ? error.problems : [];
  const message = error instanceof Error ? error.message : String(error);
  return (
    <Alert component="p"
      variant="danger"
      isInline
      title={title}
      actionLinks={again && <AlertActionLink onClick={again}>{text.shell.again}</AlertActionLink>}
    >
      {message && <p>{message}</p>}
      {problems.length > 0 && <Problems problems={problems} />}
    </Alert>
  );
}
