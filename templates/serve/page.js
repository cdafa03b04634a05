// The terminal measures its letters when it opens, so its font has to be there by then.
document.fonts.load('16px "Roboto Mono"');

// Keys go to the wizard at once, without a click first.
new MutationObserver((_, watching) => {
  const keys = document.querySelector(".xterm-helper-textarea");
  if (keys) {
    watching.disconnect();
    keys.focus();
  }
}).observe(document.body, { childList: true, subtree: true });
