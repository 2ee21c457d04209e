// The view library, in one place.
export {html, nothing, render, svg} from '/webjars/lit-html/lit-html.js';
export {repeat} from '/webjars/lit-html/directives/repeat.js';
