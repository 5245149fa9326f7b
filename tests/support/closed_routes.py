"""The routes that Gradio brings and nobody here needs: each is looked at, and named here, before it stays closed."""

CLOSED = {
    "nobody logs in": (
        *("POST /login", "POST /login/", "GET /logout", "GET /gradio_api/user", "GET /gradio_api/user/"),
        *("GET /gradio_api/login_check", "GET /gradio_api/login_check/"),
        *("GET /gradio_api/token", "GET /gradio_api/token/"),
    ),
    "would keep a session's values on the disk for anyone's link": ("GET /gradio_api/deep_link",),
    "would fetch from other servers": (
        *("GET /gradio_api/proxy={url_path:path}", "HEAD /gradio_api/proxy={url_path:path}"),
    ),
    "another spelling of an open route": (
        *("GET /config/", "GET /gradio_api/info/", "GET /gradio_api/theme.css", "GET /gradio_api/file/{path:path}"),
        *("POST /gradio_api/run/{api_name}/", "POST /gradio_api/api/{api_name}", "POST /gradio_api/api/{api_name}/"),
        *("POST /gradio_api/call/{api_name}", "POST /gradio_api/call/{api_name}/"),
        *("POST /gradio_api/call/v2/{api_name}", "POST /gradio_api/call/v2/{api_name}/"),
        *("GET /gradio_api/call/{api_name}/{event_id}", "GET /gradio_api/call/v2/{api_name}/{event_id}"),
    ),
    "would run ffmpeg on what anyone sends": ("POST /gradio_api/process_recording",),
    "would resize our icon to any size": ("GET /pwa_icon/{size}",),
    "for whoever watches a server, who has the machine itself": (
        *("GET /monitoring", "GET /monitoring/summary", "GET /monitoring/{key}", "GET /gradio_api/queue/status"),
    ),
    "for whoever writes a page with Gradio": (
        *("GET /gradio_api/openapi.json", "GET /gradio_api/dev/reload"),
        "GET /gradio_api/app_id/",
        *("POST /gradio_api/vibe-edit", "POST /gradio_api/vibe-edit/"),
        *("POST /gradio_api/undo-vibe-edit", "POST /gradio_api/undo-vibe-edit/"),
        *("GET /gradio_api/vibe-code", "GET /gradio_api/vibe-code/"),
        *("POST /gradio_api/vibe-code", "POST /gradio_api/vibe-code/"),
        *("POST /gradio_api/vibe-starter-queries", "POST /gradio_api/vibe-starter-queries/"),
    ),
    "of components that the page doesn't have": (
        *("POST /gradio_api/component_server", "POST /gradio_api/component_server/"),
        *("GET /gradio_api/custom_component/{id}/{environment}/{type}/{file_name}", "GET /svelte/{path:path}"),
        *("POST /gradio_api/stream/{event_id}", "POST /gradio_api/stream/{event_id}/close"),
        *("GET /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist.m3u8",),
        *("GET /gradio_api/stream/{session_hash}/{run}/{component_id}/{segment_id}.{ext}",),
        *("GET /gradio_api/stream/{session_hash}/{run}/{component_id}/playlist-file",),
    ),
    "of a history that is switched off": ("GET /gradio_api/runs", "GET /gradio_api/runs/"),
    "does nothing": ("POST /gradio_api/reset", "POST /gradio_api/reset/", "GET /robots.txt"),
}
"""Why → "METHOD path" of what Gradio offers and the server doesn't."""
