-- The gateway's work in Lua filters: base64 by the piece, what does not fill a
-- group of three bytes waits for the next piece.

local base64 = ngx.encode_base64
local sub = string.sub
local BEFORE = '{"resourceType":"Binary","id":"doc",'
               .. '"contentType":"application/pdf","data":"'
local AFTER = '"}'
local wrap = {}


function wrap.head()
    local field = ngx.header
    local length = tonumber(field.content_length)

    if length then
        ngx.ctx.missing = length
        field.content_length = #BEFORE + math.ceil(length / 3) * 4 + #AFTER
    end

    field.content_type = 'application/fhir+json'
end


function wrap.data()
    local ctx = ngx.ctx
    local piece, last = ngx.arg[1], ngx.arg[2]

    if ctx.ended then
        return
    end

    if ctx.missing then
        ctx.missing = ctx.missing - #piece
        last = last or ctx.missing == 0
    end

    local text = { ctx.begun and '' or BEFORE, '', '', '' }
    local rest = ctx.rest or ''
    local from = 1

    ctx.begun = true

    if rest ~= '' then
        -- the open group alone is joined, not the whole piece
        from = 4 - #rest
        rest = rest .. sub(piece, 1, from - 1)

        if #rest == 3 or last then
            text[2] = base64(rest)
            rest = ''
        end
    end

    if from <= #piece then
        local over = last and 0 or (#piece - from + 1) % 3
        text[3] = base64(sub(piece, from, #piece - over))
        rest = over > 0 and sub(piece, -over) or ''
    end

    ctx.rest = rest

    if last then
        ctx.ended = true
        text[4] = AFTER
    end

    ngx.arg[1] = text
end


return wrap
