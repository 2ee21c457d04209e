// The view library, in one place.
export {html, nothing, render} from '/webjars/lit-html/lit-html.js';
