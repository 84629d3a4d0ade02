// The editor of scripts and definitions: CodeMirror in the place of each `<textarea class="code">`, which stays in
// the form behind it and carries the text. It lives in a shadow root, because a page takes no style that is not a file of the
// server, and a shadow root can adopt sheets that are made here; the tokens of app.css reach into it.

import { defaultKeymap, history, historyKeymap, indentWithTab } from '@codemirror/commands';
import { HighlightStyle, StreamLanguage, bracketMatching, indentOnInput, syntaxHighlighting } from '@codemirror/language';
import { shell } from '@codemirror/legacy-modes/mode/shell';
import { yaml } from '@codemirror/legacy-modes/mode/yaml';
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search';
import { Compartment, EditorState } from '@codemirror/state';
import {
  Decoration, EditorView, MatchDecorator, ViewPlugin, drawSelection, highlightActiveLine, highlightActiveLineGutter,
  highlightSpecialChars, keymap, lineNumbers,
} from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** What the editor says, from the address of this script: `word=said;` in turn. */
const own = /** @type {HTMLScriptElement | null} */ (document.querySelector('script[src$="/vendor/editor.js"]'));
const said = Object.fromEntries((own?.dataset.words ?? '').split(';').filter((pair) => pair.includes('=')).map((pair) => pair.split('=')));

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.definitionKeyword, tags.modifier], color: 'var(--ansi-5)' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--ansi-2)' },
  { tag: [tags.number, tags.atom, tags.bool, tags.null], color: 'var(--ansi-3)' },
  { tag: [tags.definition(tags.variableName), tags.special(tags.variableName), tags.propertyName], color: 'var(--ansi-4)' },
  { tag: [tags.standard(tags.variableName), tags.attributeName, tags.typeName], color: 'var(--ansi-6)' },
  { tag: [tags.comment, tags.meta], color: 'var(--mute)', fontStyle: 'italic' },
  { tag: tags.invalid, color: 'var(--failed)' },
]);

const theme = EditorView.theme({
  '&': { height: '100%', color: 'var(--text)', backgroundColor: 'var(--page)', fontSize: '13px' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.5', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--text)' },
  '.cm-cursor': { borderLeftColor: 'var(--text)' },
  '.cm-gutters': { backgroundColor: 'var(--code)', color: 'var(--mute)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--link) 7%, transparent)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--link) 28%, transparent)',
  },
  '.cm-selectionMatch': { backgroundColor: 'color-mix(in srgb, var(--stopped) 9%, transparent)' },
  '.cm-searchMatch': { backgroundColor: 'transparent', outline: '1px solid var(--stopped)' },
  '.cm-searchMatch-selected': { outline: '2px solid var(--link)' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'color-mix(in srgb, var(--succeed) 25%, transparent)' },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'color-mix(in srgb, var(--failed) 25%, transparent)' },
  '.cm-placeholder-name': { color: 'var(--link)', fontWeight: '600', backgroundColor: 'color-mix(in srgb, var(--link) 12%, transparent)', borderRadius: '3px' },
  '.cm-placeholder-name *': { color: 'inherit' },
  '.cm-panels': { backgroundColor: 'var(--card)', color: 'var(--text)', borderTop: '1px solid var(--line)' },
  '.cm-panel.cm-search': { padding: '6px 28px 6px 8px', fontFamily: 'var(--sans)' },
  '.cm-panel.cm-search label': { fontSize: '12px' },
  '.cm-textfield, .cm-button': {
    font: '13px var(--sans)', color: 'var(--text)', backgroundColor: 'var(--page)', backgroundImage: 'none',
    border: '1px solid var(--field)', borderRadius: '6px',
  },
  '.cm-button:active': { backgroundImage: 'none', backgroundColor: 'var(--hover)' },
  '.cm-panel.cm-search [name=close]': { color: 'var(--text)', fontSize: '16px' },
});

const frame = new CSSStyleSheet();
frame.replaceSync(`
  :host { display: block; }
  .field { min-height: 7em; max-height: 80vh; overflow: hidden; resize: vertical; border: 1px solid var(--field); border-radius: 6px; }
  .field:focus-within { outline: 2px solid var(--link); outline-offset: 1px; }
  .keys { margin: 4px 0 0; color: var(--mute); font-size: 12px; }
`);

/**
 * What is typed over a selection. Left to it, Chromium keeps the looks of the text that goes in a `style` attribute, which
 * the policy refuses.
 */
const over = EditorView.domEventHandlers({
  beforeinput(event, view) {
    if (event.inputType !== 'insertText' || !event.data || view.composing || view.state.readOnly) return false;
    if (view.state.selection.ranges.every((range) => range.empty)) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: 'input.type', scrollIntoView: true });
    return true;
  },
});

/** `<name>` in a text is where a value comes. */
const names = new MatchDecorator({
  regexp: /<[\p{L}_][\p{L}\p{N}_.-]*>/gu,
  decoration: Decoration.mark({ class: 'cm-placeholder-name' }),
});
const placeholders = ViewPlugin.define((view) => ({
  marks: names.createDeco(view),
  update(update) { this.marks = names.updateDeco(update, this.marks); },
}), { decorations: (plugin) => plugin.marks });

/** @param {HTMLTextAreaElement} field @param {HTMLLabelElement | undefined} label */
function attributes(field, label) {
  const about = (field.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent ?? '');
  const all = { 'aria-label': label?.textContent?.trim() ?? '', 'aria-description': [...about, said.keys].join(' ').trim(), spellcheck: 'false', tabindex: '0' };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value));
}

/** @param {HTMLTextAreaElement} field */
function enhance(field) {
  const host = document.createElement('div');
  host.className = 'editor';
  const root = host.attachShadow({ mode: 'open' });
  root.adoptedStyleSheets = [frame];
  const place = root.appendChild(document.createElement('div'));
  place.className = 'field';
  const keys = root.appendChild(document.createElement('p'));
  keys.className = 'keys';
  keys.textContent = said.keys ?? '';
  const label = [...field.labels][0];
  const dark = new Compartment();
  const isDark = () => matchMedia('(prefers-color-scheme: dark)').matches && document.documentElement.dataset.theme !== 'light'
    || document.documentElement.dataset.theme === 'dark';
  const view = new EditorView({
    root,
    parent: place,
    state: EditorState.create({
      doc: field.value,
      extensions: [
        lineNumbers(), highlightActiveLineGutter(), highlightSpecialChars(), history(), drawSelection(), indentOnInput(),
        bracketMatching(), highlightActiveLine(), highlightSelectionMatches(), search(), placeholders, over,
        keymap.of([...defaultKeymap, ...searchKeymap, ...historyKeymap, indentWithTab]),
        StreamLanguage.define(field.name === 'script' ? shell : yaml),
        syntaxHighlighting(colours), theme, dark.of(EditorView.darkTheme.of(isDark())),
        EditorState.tabSize.of(2), EditorState.phrases.of(said),
        EditorView.contentAttributes.of(attributes(field, label)),
        EditorView.updateListener.of((update) => { if (update.docChanged) field.value = update.state.doc.toString(); }),
      ],
    }),
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    view.dispatch({ effects: dark.reconfigure(EditorView.darkTheme.of(isDark())) });
  });
  // As high as the field that it stands for.
  const lines = Math.max(field.rows, 6);
  place.style.height = `${lines * 1.5 * 13 + 10}px`;
  // What is written into the field by others, a chosen file or the browser that comes back to the page, is shown.
  const take = () => {
    const now = view.state.doc.toString();
    if (field.value.replaceAll('\r\n', '\n') !== now) view.dispatch({ changes: { from: 0, to: now.length, insert: field.value } });
  };
  field.addEventListener('input', take);
  addEventListener('pageshow', take);
  // Keys that are written here are no shortcuts of the page.
  place.addEventListener('keydown', (event) => event.stopPropagation());
  label?.addEventListener('click', (event) => { event.preventDefault(); view.focus(); });
  field.after(host);
  // It is still there for what fills in forms; people meet the editor.
  field.classList.add('behind');
  field.tabIndex = -1;
  field.setAttribute('aria-hidden', 'true');
}

for (const field of /** @type {NodeListOf<HTMLTextAreaElement>} */ (document.querySelectorAll('form textarea.code:not([readonly])'))) {
  enhance(field);
}
