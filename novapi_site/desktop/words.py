"""What the system's own dialogs and notifications say: the page, with its translations, may not be there."""

from novapi_site.desktop.language import Language

ENGLISH = {
    "keeps_running": "Novapi keeps running",
    "stays_in_tray": "Apps can go on calling {}/v1. Quit it in its tray menu, or let closing quit it in Settings.",
    "stays": "Apps can go on calling {}/v1. Start Novapi again to see its window; quit it in Settings.",
    "one_streams": "One answer is still streaming.",
    "some_stream": "{} answers are still streaming.",
    "wait": "Wait for them",
    "quit_now": "Quit now",
    "cancel": "Cancel",
    "is_there": "{} is already there.",
    "replace": "Replace it",
}
CHINESE = {
    "keeps_running": "Novapi 仍在运行",
    "stays_in_tray": "应用仍可调用 {}/v1。可在托盘菜单中退出，或在设置中改为关闭窗口即退出。",
    "stays": "应用仍可调用 {}/v1。再次启动 Novapi 即可打开窗口；可在设置中退出。",
    "one_streams": "还有 1 个回答正在传输。",
    "some_stream": "还有 {} 个回答正在传输。",
    "wait": "等待完成",
    "quit_now": "立即退出",
    "cancel": "取消",
    "is_there": "{} 已存在。",
    "replace": "替换",
}
WORDS: dict[Language, dict[str, str]] = {"en": ENGLISH, "zh": CHINESE}
