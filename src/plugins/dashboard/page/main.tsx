import { render } from 'preact';
import { App } from './app.tsx';
import { applyTheme, storedTheme } from './theme.tsx';

/*
 * The page, in the browser:
 *
 *     main ─► app ─► one view at a time ─► charts, tables, forms
 *              │            └─► api: asks the server, once or again and again
 *              └─► route: which view, by the hash of the URL
 */

applyTheme(storedTheme());
render(<App />, document.getElementById('app')!);
