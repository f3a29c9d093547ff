import { Checkbox } from '@patternfly/react-core';
import { useState } from 'react';

import { get } from '../../api/client';
import type { Reason } from '../../api/types';
import { sentence, short, whole } from '../../parts/format';
import { Empty, Loaded, Page } from '../../parts/Page';
import { Table, Tbody, Td, Th, Thead, Tr } from '../../parts/Table';
import { useLoaded } from '../../parts/useLoaded';
import { text } from '../../text/en';

const names = text.reports.reasons;

export default function Reasons() {
  const [isAll, setAll] = useState(false);
  const loaded = useLoaded((signal) => get<{ reasons: Reason[] }>('reasons', { all: isAll || undefined }, signal), String(isAll), 2000);
  const all = <Checkbox id="all" label={names.all} isChecked={isAll} onChange={(_, value) => setAll(value)} />;
  return (
    <Page title={text.page.reasons} actions={all}>
      <Loaded loaded={loaded}>
        {({ reasons }) => reasons.length === 0 ? <Empty title={names.empty} body={names.emptyText} /> : (
          <Table aria-label={text.page.reasons}>
            <Thead><Tr><Th width={35}>{names.name}</Th><Th>{names.packets}</Th><Th>{names.rate}</Th><Th width={45}>{names.remedy}</Th></Tr></Thead>
            <Tbody>
              {reasons.map((reason) => (
                <Tr key={reason.name}>
                  <Td dataLabel={names.name}><div className="ek-tight"><strong>{sentence(reason.name)}</strong><span className="ek-subtle">{reason.description}</span></div></Td>
                  <Td dataLabel={names.packets}>{whole(reason.packets)}</Td>
                  <Td dataLabel={names.rate}>{reason.rates['60s'] === null ? '–' : short(reason.rates['60s'] * 60)}</Td>
                  <Td dataLabel={names.remedy}>{reason.remedy}</Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        )}
      </Loaded>
    </Page>
  );
}
