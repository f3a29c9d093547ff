import {
  Button, Card, CardBody, CardTitle, DescriptionList, DescriptionListDescription, DescriptionListGroup, DescriptionListTerm, List, ListItem,
} from '@patternfly/react-core';
import { useState } from 'react';

import { address } from '../../api/client';
import { useLive } from '../../app/live';
import { download } from '../../parts/download';
import { whole } from '../../parts/format';
import { Page } from '../../parts/Page';
import { text } from '../../text/en';
import { collect } from './collect';

const names = text.support;

function Facts() {
  const { status } = useLive();
  if (!status) return null;
  const facts: [string, string][] = [
    [names.version, status.version], [names.revision, String(status.revision)],
    [names.table, text.overview.tableUse(whole(status.connection_table.used), whole(status.connection_table.size))],
  ];
  return (
    <DescriptionList isHorizontal isCompact>
      {facts.map(([term, value]) => (
        <DescriptionListGroup key={term}><DescriptionListTerm>{term}</DescriptionListTerm><DescriptionListDescription>{value}</DescriptionListDescription></DescriptionListGroup>
      ))}
    </DescriptionList>
  );
}

export default function SupportPage() {
  const { events } = useLive();
  const [isBusy, setBusy] = useState(false);
  const save = async () => {
    setBusy(true);
    download(names.file, JSON.stringify(await collect(events), null, 2), 'application/json');
    setBusy(false);
  };
  return (
    <Page title={text.page.support} lead={names.lead}>
      <div className="ek-stack">
        <Card isCompact>
          <CardTitle component="h2">{names.contains}</CardTitle>
          <CardBody className="ek-stack">
            <List>{names.items.map((item) => <ListItem key={item}>{item}</ListItem>)}</List>
            <div><Button isLoading={isBusy} isDisabled={isBusy} onClick={() => void save()}>{isBusy ? names.working : names.download}</Button></div>
          </CardBody>
        </Card>
        <Card isCompact><CardTitle component="h2">{names.product}</CardTitle><CardBody><Facts /></CardBody></Card>
        <Card isCompact>
          <CardTitle component="h2">{names.api}</CardTitle>
          <CardBody><p>{names.apiText} <a href={address('openapi.json')} target="_blank" rel="noreferrer">{names.openapi}</a></p></CardBody>
        </Card>
      </div>
    </Page>
  );
}
