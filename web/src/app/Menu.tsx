import { Nav, NavExpandable, NavItem, NavList, PageSidebar, PageSidebarBody } from '@patternfly/react-core';
import { NavLink, useLocation } from 'react-router-dom';

import { text } from '../text/en';
import { kMenus, type Menu as MenuEntry } from './pages';
import { useMay } from './session';

function Item({ path, title }: { path: string; title: string }) {
  const { pathname } = useLocation();
  const isActive = pathname === path || pathname.startsWith(`${path}/`);
  return (
    <NavItem isActive={isActive}>
      <NavLink to={path}>{title}</NavLink>
    </NavItem>
  );
}

function Group({ menu }: { menu: MenuEntry }) {
  const { pathname } = useLocation();
  const mayAdminister = useMay('administrator');
  const only = menu.pages.length === 1 ? menu.pages[0] : undefined;
  if (only && only.title === menu.title) return <Item path={only.path} title={menu.title} />;
  if (only && menu.id === 'support') return <Item path={only.path} title={menu.title} />;
  const isActive = menu.pages.some(({ path }) => pathname.startsWith(path));
  return (
    <NavExpandable title={menu.title} isActive={isActive} isExpanded={isActive} groupId={menu.id}>
      {menu.pages.filter(({ needs }) => !needs || mayAdminister).map(({ path, title }) => <Item key={path} path={path} title={title} />)}
    </NavExpandable>
  );
}

export function Menu() {
  return (
    <PageSidebar>
      <PageSidebarBody>
        <Nav aria-label={text.shell.navigation}>
          <NavList>{kMenus.map((menu) => <Group key={menu.id} menu={menu} />)}</NavList>
        </Nav>
      </PageSidebarBody>
    </PageSidebar>
  );
}
