// The eight menus and the pages below them; each page is loaded when it is first opened.

import { lazy, type ComponentType } from 'react';

import type { Role } from '../api/types';
import { text } from '../text/en';

export interface PageEntry {
  path: string;
  title: string;
  view: ComponentType;
  needs?: Role;
}

export interface Menu {
  id: string;
  title: string;
  pages: PageEntry[];
}

const L4Services = lazy(() => import('../pages/services').then((module) => ({ default: module.Layer4Services })));
const L7Services = lazy(() => import('../pages/services').then((module) => ({ default: module.Layer7Services })));
const L4Servers = lazy(() => import('../pages/services').then((module) => ({ default: module.Layer4Servers })));
const L7Servers = lazy(() => import('../pages/services').then((module) => ({ default: module.Layer7Servers })));
const L4Status = lazy(() => import('../pages/reports/LayerStatus').then((module) => ({ default: module.Layer4Status })));
const L7Status = lazy(() => import('../pages/reports/LayerStatus').then((module) => ({ default: module.Layer7Status })));

/** What most people see first; sign-in need not be over for it to be on its way. */
export const loadOverview = () => import('../pages/overview');

export const kMenus: Menu[] = [
  {
    id: 'overview', title: text.menu.overview,
    pages: [{ path: '/overview', title: text.menu.overview, view: lazy(loadOverview) }],
  },
  {
    id: 'local', title: text.menu.local,
    pages: [
      { path: '/local/general', title: text.page.general, view: lazy(() => import('../pages/general')) },
      { path: '/local/alerts', title: text.page.alerts, view: lazy(() => import('../pages/alerts')) },
    ],
  },
  {
    id: 'cluster', title: text.menu.cluster,
    pages: [
      { path: '/cluster/layer4-services', title: text.page.l4Services, view: L4Services },
      { path: '/cluster/layer4-servers', title: text.page.l4Servers, view: L4Servers },
      { path: '/cluster/layer7-services', title: text.page.l7Services, view: L7Services },
      { path: '/cluster/layer7-servers', title: text.page.l7Servers, view: L7Servers },
      { path: '/cluster/certificates', title: text.page.certificates, view: lazy(() => import('../pages/certificates')) },
      { path: '/cluster/wizard', title: text.page.wizard, view: lazy(() => import('../pages/wizard')), needs: 'administrator' },
    ],
  },
  {
    id: 'maintenance', title: text.menu.maintenance,
    pages: [
      { path: '/maintenance/revisions', title: text.page.revisions, view: lazy(() => import('../pages/revisions')) },
      { path: '/maintenance/backup', title: text.page.backup, view: lazy(() => import('../pages/backup')), needs: 'administrator' },
      { path: '/maintenance/fallback', title: text.page.fallback, view: lazy(() => import('../pages/fallback')) },
      { path: '/maintenance/restart', title: text.page.restart, view: lazy(() => import('../pages/engines')) },
      { path: '/maintenance/passwords', title: text.page.passwords, view: lazy(() => import('../pages/users/Passwords')) },
      { path: '/maintenance/users', title: text.page.users, view: lazy(() => import('../pages/users')), needs: 'administrator' },
      { path: '/maintenance/tokens', title: text.page.tokens, view: lazy(() => import('../pages/tokens')), needs: 'administrator' },
      { path: '/maintenance/doctor', title: text.page.doctor, view: lazy(() => import('../pages/doctor')) },
    ],
  },
  {
    id: 'view', title: text.menu.view,
    pages: [
      { path: '/view/document', title: text.page.document, view: lazy(() => import('../pages/view')) },
      { path: '/view/engines', title: text.page.engineFiles, view: lazy(() => import('../pages/view/EnginesPage')) },
      { path: '/view/schema', title: text.page.schema, view: lazy(() => import('../pages/view/SchemaPage')) },
    ],
  },
  {
    id: 'reports', title: text.menu.reports,
    pages: [
      { path: '/reports/graphs', title: text.page.history, view: lazy(() => import('../pages/history')) },
      { path: '/reports/layer4', title: text.page.l4Status, view: L4Status },
      { path: '/reports/layer7', title: text.page.l7Status, view: L7Status },
      { path: '/reports/traffic', title: text.page.traffic, view: lazy(() => import('../pages/reports/TrafficRate')) },
      { path: '/reports/counters', title: text.page.counters, view: lazy(() => import('../pages/reports/CountersPage')) },
      { path: '/reports/connections', title: text.page.connections, view: lazy(() => import('../pages/reports/Connections')) },
      { path: '/reports/persistence', title: text.page.persistence, view: lazy(() => import('../pages/reports/PersistencePage')) },
      { path: '/reports/reasons', title: text.page.reasons, view: lazy(() => import('../pages/reports/Reasons')) },
    ],
  },
  {
    id: 'logs', title: text.menu.logs,
    pages: [
      { path: '/logs/events', title: text.page.events, view: lazy(() => import('../pages/logs/Events')) },
      { path: '/logs/requests', title: text.page.requests, view: lazy(() => import('../pages/logs/Requests')) },
      { path: '/logs/programs', title: text.page.programs, view: lazy(() => import('../pages/logs/Programs')) },
      { path: '/logs/audit', title: text.page.audit, view: lazy(() => import('../pages/logs/Audit')), needs: 'administrator' },
    ],
  },
  {
    id: 'support', title: text.menu.support,
    pages: [{ path: '/support', title: text.page.support, view: lazy(() => import('../pages/support')) }],
  },
];
