import { Alert, Button, SearchInput, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { useMemo, useState } from 'react';
import { useNavigate } from 'react-router-dom';

import type { Status } from '../../api/types';
import { useMay } from '../../app/session';
import { useLive } from '../../app/live';
import { Empty, Page, Waiting } from '../../parts/Page';
import { text } from '../../text/en';
import { ActionDialog, type Intent } from './ActionDialog';
import { ExplainDrawer, type Subject } from './ExplainDrawer';
import { Graphs } from './Graphs';
import { flatten, matching, servicesOf } from './rows';
import { Summary } from './Summary';
import { ServiceTable } from './ServiceTable';

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

function Notices({ status }: { status: Status }) {
  return status.notices.filter(({ message }) => !kElsewhere.test(message)).map(({ object, message }) => <Alert component="p" key={object + message} variant="warning" isInline title={object}>{message}</Alert>);
}

function Overview({ status }: { status: Status }) {
  const [filter, setFilter] = useState('');
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const [intent, setIntent] = useState<Intent | null>(null);
  const [subject, setSubject] = useState<Subject | null>(null);
  const services = useMemo(() => servicesOf(status), [status]);
  const shown = useMemo(() => matching(services, filter), [services, filter]);
  const rows = useMemo(() => flatten(shown, closed), [shown, closed]);

  const toggle = (label: string) => {
    const next = new Set(closed);
    if (!next.delete(label)) next.add(label);
    setClosed(next);
  };

  return (
    <ExplainDrawer subject={subject} onClose={() => setSubject(null)}>
      <div className="ek-stack">
        <Notices status={status} />
        <Graphs />
        {services.length === 0 ? <Nothing /> : (
          <div>
            <Toolbar inset={{ default: 'insetNone' }}>
              <ToolbarContent alignItems="center">
                <ToolbarItem>
                  <SearchInput aria-label={text.overview.filter} placeholder={text.overview.filter} value={filter} onChange={(_, value) => setFilter(value)} onClear={() => setFilter('')} />
                </ToolbarItem>
                <ToolbarItem><Summary services={services} /></ToolbarItem>
                <ToolbarItem align={{ default: 'alignEnd' }}>
                  <Button variant="link" onClick={() => setClosed(closed.size > 0 ? new Set() : new Set(services.map(({ status: { label } }) => label)))}>
                    {closed.size > 0 ? text.action.expandAll : text.action.collapseAll}
                  </Button>
                </ToolbarItem>
              </ToolbarContent>
            </Toolbar>
            {rows.length === 0 ? <Empty title={text.overview.noMatch} /> : (
              <ServiceTable rows={rows} closed={closed} toggle={toggle} onIntent={setIntent} onExplain={setSubject} />
            )}
          </div>
        )}
      </div>
      {intent && <ActionDialog intent={intent} services={services} onClose={() => setIntent(null)} />}
    </ExplainDrawer>
  );
}

export default function OverviewPage() {
  const { status } = useLive();
  return <Page title={text.overview.title}>{status ? <Overview status={status} /> : <Waiting lines={8} />}</Page>;
}
