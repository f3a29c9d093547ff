import { Alert, Button } from '@patternfly/react-core';
import { memo, useState } from 'react';
import { useNavigate } from 'react-router-dom';

import { everyService } from '../../api/status';
import type { Status } from '../../api/types';
import { useMay } from '../../app/session';
import { useLive } from '../../app/live';
import { Empty, Page, Waiting } from '../../parts/Page';
import { text } from '../../text/en';
import { ExplainDrawer, type Subject } from './ExplainDrawer';
import { Farm } from './Farm';
import { Graphs } from './Graphs';

function Nothing() {
  const navigate = useNavigate();
  const mayChange = useMay('administrator');
  return (
    <Empty title={text.overview.empty} body={text.overview.emptyText}>
      {mayChange && <Button onClick={() => navigate('/cluster/wizard')}>{text.overview.accept}</Button>}
      {mayChange && <Button variant="link" onClick={() => navigate('/cluster/layer4-services/add')}>{text.overview.dismiss}</Button>}
    </Empty>
  );
}

// What waits to be confirmed stands over every page.
const kElsewhere = /waits to be confirmed/;

const Notices = memo(function Notices({ notices }: Pick<Status, 'notices'>) {
  return notices.filter(({ message }) => !kElsewhere.test(message)).map(({ object, message }) => <Alert component="p" key={object + message} variant="warning" isInline title={object}>{message}</Alert>);
});

function Overview({ status }: { status: Status }) {
  const [subject, setSubject] = useState<Subject | null>(null);
  return (
    <ExplainDrawer subject={subject} onClose={() => setSubject(null)}>
      <div className="ek-stack">
        <Notices notices={status.notices} />
        <Graphs />
        {everyService(status).length === 0 ? <Nothing /> : <Farm status={status} onExplain={setSubject} />}
      </div>
    </ExplainDrawer>
  );
}

export default function OverviewPage() {
  const { status } = useLive();
  return <Page title={text.overview.title}>{status ? <Overview status={status} /> : <Waiting lines={8} />}</Page>;
}
