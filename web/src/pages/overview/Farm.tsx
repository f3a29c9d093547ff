import { Button, SearchInput, Toolbar, ToolbarContent, ToolbarItem } from '@patternfly/react-core';
import { lazy, Suspense, useCallback, useMemo, useState } from 'react';

import { isWhole } from '../../api/status';
import type { Status } from '../../api/types';
import { useLive } from '../../app/live';
import { Empty } from '../../parts/Page';
import { text } from '../../text/en';
import type { Intent } from './ActionDialog';
import type { Subject } from './ExplainDrawer';
import { flatten, matching, servicesOf } from './rows';
import { ServiceTable } from './ServiceTable';
import { Summary } from './Summary';
import { useNames } from './useNames';

const ActionDialog = lazy(() => import('./ActionDialog'));

/** Which services show their real servers: all of a small farm, none of a large one, but for those that somebody has opened or closed. */
function useOpen(isOpenAtFirst: boolean) {
  const [{ isAllOpen, others }, set] = useState<{ isAllOpen: boolean; others: ReadonlySet<string> }>({ isAllOpen: isOpenAtFirst, others: new Set() });
  const isOpen = useCallback((label: string) => isAllOpen !== others.has(label), [isAllOpen, others]);
  const toggle = useCallback((label: string) => set((before) => {
    const next = new Set(before.others);
    if (!next.delete(label)) next.add(label);
    return { ...before, others: next };
  }), []);
  const hasClosed = !isAllOpen || others.size > 0;
  const toggleAll = () => set({ isAllOpen: hasClosed, others: new Set() });
  return { isOpen, toggle, hasClosed, toggleAll };
}

/** Every virtual service with its real servers, and what can be done to those. */
export function Farm({ status, onExplain }: { status: Status; onExplain: (subject: Subject) => void }) {
  const { details } = useLive();
  const [filter, setFilter] = useState('');
  const [intent, setIntent] = useState<Intent | null>(null);
  const { isOpen, toggle, hasClosed, toggleAll } = useOpen(isWhole(status));
  const names = useNames(status, filter !== '' || intent !== null);
  const services = useMemo(() => servicesOf(status), [status]);
  const shown = useMemo(() => matching(services, names, filter), [services, names, filter]);
  const rows = useMemo(() => flatten(shown, isOpen, details), [shown, isOpen, details]);
  return (
    <div>
      <Toolbar inset={{ default: 'insetNone' }}>
        <ToolbarContent alignItems="center">
          <ToolbarItem>
            <SearchInput aria-label={text.overview.filter} placeholder={text.overview.filter} value={filter} onChange={(_, value) => setFilter(value)} onClear={() => setFilter('')} />
          </ToolbarItem>
          <ToolbarItem><Summary services={services} details={details} /></ToolbarItem>
          <ToolbarItem align={{ default: 'alignEnd' }}>
            <Button variant="link" onClick={toggleAll}>{hasClosed ? text.action.expandAll : text.action.collapseAll}</Button>
          </ToolbarItem>
        </ToolbarContent>
      </Toolbar>
      {rows.length === 0 ? <Empty title={text.overview.noMatch} /> : <ServiceTable rows={rows} isOpen={isOpen} toggle={toggle} onIntent={setIntent} onExplain={onExplain} />}
      {intent && <Suspense><ActionDialog intent={intent} names={names} onClose={() => setIntent(null)} /></Suspense>}
    </div>
  );
}
