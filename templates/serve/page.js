// The terminal measures its letters when it opens, so its font has to be there by then.
document.fonts.load('16px "Roboto Mono"');
