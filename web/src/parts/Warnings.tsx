import { List, ListItem } from '@patternfly/react-core';

import { warningOf } from './warning';

/** What to mind about a change that is accepted all the same. */
export function Warnings({ warnings }: { warnings: readonly string[] }) {
  return (
    <List>
      {warnings.map((line) => {
        const { field, message } = warningOf(line);
        return <ListItem key={line}>{field && <strong>{field}: </strong>}{message}</ListItem>;
      })}
    </List>
  );
}
